using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

/// <summary>
/// A torrent with known content, a disk, a state store and a virtual clock around <see cref="TorrentStorage"/>; survives kills, and checks at each
/// step what must always hold.
/// </summary>
internal sealed class StorageRig : IEngineEffects
{
    private readonly List<(ResumeRecord Record, long Ticket, MonoTime Due)> _saves = [];
    private readonly byte[] _content;

    public StorageRig(ulong seed, int pieceLength, long[] fileLengths, long poolBytes, StorageSettings? settings = null)
    {
        Random = new SeededRandom(seed);
        var files = new List<FileEntry>();
        long offset = 0;
        for (int i = 0; i < fileLengths.Length; i++)
        {
            files.Add(new FileEntry { Index = new FileIndex(i), Path = $"f{i}", OriginalPath = $"f{i}", Length = fileLengths[i], Offset = offset });
            offset += fileLengths[i];
        }

        Layout = new PieceLayout(files, pieceLength);
        _content = new byte[offset];
        new SeededRandom(seed ^ 0xC0FFEE).NextBytes(_content);
        byte[] hashes = new byte[Layout.PieceCount * 20];
        for (int i = 0; i < Layout.PieceCount; i++)
            SHA1.HashData(Content(new PieceIndex(i)), hashes.AsSpan(i * 20, 20));
        Location = new StorageLocation(new TorrentId(1), "/data", Layout, hashes);
        Settings = settings ?? StorageSettings.Default;
        PoolBytes = poolBytes;
        Pool = new BlockPool(poolBytes);
        Disk = new FakeDisk(Layout, hashes, Pool, Random);
        Boot();
    }

    public SeededRandom Random { get; }

    public PieceLayout Layout { get; }

    public StorageLocation Location { get; }

    public StorageSettings Settings { get; }

    public long PoolBytes { get; }

    public BlockPool Pool { get; }

    public FakeDisk Disk { get; }

    public SessionStorage Session { get; private set; } = null!;

    public TorrentStorage Torrent { get; private set; } = null!;

    public OwnerLog Owner { get; private set; } = null!;

    public MonoTime Now { get; private set; } = new(1_000_000_000);

    public string BootId { get; set; } = "boot-1";

    /// <summary>What the state store holds.</summary>
    public ResumeRecord? Stored { get; set; }

    public int SavedCount { get; private set; }

    public string? SaveError { get; set; }

    /// <summary>How often records that wait were hurried.</summary>
    public int HurriedCount { get; private set; }

    public TimeSpan SaveLatency { get; set; } = TimeSpan.FromMilliseconds(50);

    public List<EngineNotice> Notices { get; } = [];

    public ReadOnlySpan<byte> Content(PieceIndex piece) => _content.AsSpan((int)Layout.OffsetOf(piece), Layout.LengthOf(piece));

    public void Start(DiskCheck check = DiskCheck.Auto, bool allocate = false, bool overwrite = false)
    {
        Torrent.Start(Stored, BootId, new StartPolicy(check, allocate, overwrite), Now);
        RunUntil(() => Torrent.IsReady || Torrent.IsClosed);
    }

    /// <summary>Hands a block over as a pump would; false where the pool has none free.</summary>
    public bool Deliver(PieceIndex piece, int block, int sender = 2, bool corrupt = false)
    {
        if (!Pool.TryRent(default, 1, out BufferLease lease))
            return false;
        BlockRange range = Layout.Block(piece, block);
        Span<byte> bytes = Pool.Span(lease)[..range.Length];
        Content(piece).Slice(range.Offset, range.Length).CopyTo(bytes);
        if (corrupt)
            bytes[^1] ^= 0x55;
        Torrent.Accept(range, lease, new ConnectionId(sender), Now);
        return true;
    }

    public void DeliverPiece(int piece, int sender = 2, bool corrupt = false)
    {
        for (int block = 0; block < Layout.BlocksIn(new PieceIndex(piece)); block++)
            Assert.True(Deliver(new PieceIndex(piece), block, sender, corrupt && block == 0));
    }

    /// <summary>Lets time pass, and everything happen that falls into it.</summary>
    public void Run(TimeSpan duration)
    {
        MonoTime end = Now + duration;
        Step();
        while (true)
        {
            MonoTime next = NextEvent();
            if (next > end)
                break;
            Now = MonoTime.Max(Now, next);
            Step();
        }

        Now = end;
        Step();
    }

    public void RunUntil(Func<bool> condition, double maxSeconds = 600)
    {
        MonoTime end = Now + TimeSpan.FromSeconds(maxSeconds);
        Step();
        int idleSteps = 0;
        while (!condition())
        {
            MonoTime next = NextEvent();
            Assert.False(next.IsNever || next > end, "nothing moves any more");
            idleSteps = next <= Now ? idleSteps + 1 : 0;
            Assert.True(idleSteps < 100_000, "a deadline stays in the past");
            Now = MonoTime.Max(Now, next);
            Step();
        }
    }

    /// <summary>Everything of the process is gone at once; the disk keeps what was written, the state store what was committed.</summary>
    public void Kill()
    {
        Disk.Kill(Now);
        _saves.Clear();
        ReclaimPool();
        Now += TimeSpan.FromSeconds(1 + Random.Next(20));
        Boot();
    }

    public void LosePower()
    {
        Disk.Kill(Now);
        Disk.LosePower();
        _saves.Clear();
        ReclaimPool();
        BootId += "'";
        Now += TimeSpan.FromSeconds(60);
        Boot();
    }

    /// <summary>A new process after a clean end.</summary>
    public void Boot()
    {
        Session = new SessionStorage(Pool, this, Settings);
        Owner = new OwnerLog(this);
        Torrent = new TorrentStorage(Session, Location, new InfoHashes(new Sha1Hash(new byte[20]), null), new Sha1PieceVerifier(Location.PieceHashes), Owner);
    }

    public void StopCleanly()
    {
        Torrent.Stop(Now);
        RunUntil(() => Torrent.IsClosed);
        Assert.True(Pool.RentedBlocks == 0, Pool.DescribeHolders());
        Assert.True(Disk.IsIdle);
    }

    /// <summary>What counts as had is right on disk.</summary>
    public void AssertHaveIsOnDisk()
    {
        for (int i = Torrent.Have.NextSet(0); i >= 0; i = Torrent.Have.NextSet(i + 1))
            Assert.True(Content(new PieceIndex(i)).SequenceEqual(Disk.ReadPiece(new PieceIndex(i))), $"piece {i} counts as had and is wrong on disk");
    }

    public void Step()
    {
        bool moved = true;
        while (moved)
        {
            moved = false;
            while (Disk.Finish(Now) is { } job)
            {
                Session.Handle(job, Now);
                moved = true;
            }

            while (_saves.Count > 0 && _saves[0].Due <= Now)
            {
                (ResumeRecord record, long ticket, _) = _saves[0];
                _saves.RemoveAt(0);
                if (SaveError is null)
                    Stored = record with { BootId = BootId, SavedTicks = Disk.WallTicks + (Now.Nanoseconds / 100) };
                SavedCount++;
                Session.HandleSaved(ticket, SaveError, Now);
                moved = true;
            }

            Session.Advance(Now);
        }

        Assert.Equal(Pool.RentedBlocks, Session.Memory.IdleBlocks + Session.Memory.QueuedBlocks + Owner.HeldLeases + Owner.ReadsOut);
    }

    void IEngineEffects.Send(in PeerCommand command) => throw new InvalidOperationException();

    void IEngineEffects.OpenStorage(StorageLocation location) => Assert.Same(Location, location);

    void IEngineEffects.Submit(DiskJob job) => Disk.Submit(job, Now);

    void IEngineEffects.Fetch(HttpFetch fetch) => throw new InvalidOperationException();

    void IEngineEffects.Resolve(ResolveRequest request) => throw new InvalidOperationException();

    void IEngineEffects.SendDatagram(in Datagram datagram) => throw new InvalidOperationException();

    void IEngineEffects.Save(ResumeRecord record, long ticket) => _saves.Add((record, ticket, Now + SaveLatency));

    void IEngineEffects.HurryState() => HurriedCount++;

    void IEngineEffects.Publish(EngineNotice notice) => Notices.Add(notice);

    void IEngineEffects.PieceDone(TorrentId torrent, PieceIndex piece) => throw new InvalidOperationException("That is the torrent's to say.");

    private MonoTime NextEvent()
    {
        MonoTime next = MonoTime.Min(Session.NextDeadline, Disk.NextDue);
        return _saves.Count > 0 ? MonoTime.Min(next, _saves[0].Due) : next;
    }

    /// <summary>The memory of a dead process is simply gone: the pool starts anew.</summary>
    private void ReclaimPool()
    {
        foreach (PieceBuffer buffer in Torrent.Pieces.OpenPieces)
        {
            foreach (ref BufferLease lease in buffer.Leases.AsSpan())
            {
                Pool.Return(lease);
                lease = default;
            }
        }

        Assert.True(Pool.RentedBlocks == 0, Pool.DescribeHolders());
    }
}
