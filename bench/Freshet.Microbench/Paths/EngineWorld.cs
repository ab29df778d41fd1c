using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.IO.Pumps;

namespace Freshet.Microbench.Paths;

/// <summary>
/// A session between a pump whose sockets lead to thin peers and a disk that says yes to everything: all that a block passes of ours, and nothing else.
/// </summary>
internal sealed class EngineWorld : IEngineEffects, ICachedReader, IDisposable
{
    private const int PieceLength = 1 << 20;

    // A second in which nothing moves: what is waited for will not come.
    private const int MostEmptyTurns = 10_000;
    private static readonly TimeSpan Turn = TimeSpan.FromMicroseconds(100);

    private readonly HandTime _time = new();
    private readonly MonoClock _clock;
    private readonly BlockPool _pool = new(64 << 20);
    private readonly InlinePump _pump;
    private readonly SessionEngine _engine;
    private readonly Queue<DiskJob> _jobs = new();
    private readonly List<RemotePeer> _peers = [];
    private readonly Metainfo _metainfo;
    private readonly byte[] _content = new byte[PieceLength];
    private readonly bool _isSeeding;
    private readonly TorrentId _torrent;
    private bool _hasFile;
    private long _ticket;

    /// <summary>Starts a world in which blocks flow.</summary>
    /// <param name="peers">How many connections.</param>
    /// <param name="pieces">Pieces of 1 MiB.</param>
    /// <param name="isSeeding">Whether we have all and give it, or have nothing and take it.</param>
    public EngineWorld(int peers, int pieces, bool isSeeding)
    {
        _isSeeding = _hasFile = isSeeding;
        _clock = new MonoClock(_time);
        _metainfo = SampleTorrents.OneFile(pieces, PieceLength);
        var options = new PumpOptions { Pool = _pool, Clock = _clock, Budget = new ConnectionBudget(peers, peers * 4), Reader = this };
        _pump = new InlinePump(new PeerPump(options, new MemoryPoller(Dial)));
        var settings = new SessionSettings
        {
            PeerId = PeerId.Create(new SeededRandom(1)),
            MaxConnections = peers,
            MaxConnectionsPerTorrent = peers,
            ConnectsPerSecond = peers,
            UploadSlots = peers,
        };
        _engine = new SessionEngine(settings, this, _pool, new SeededRandom(2), new byte[32], _clock.Now);
        var spec = new TorrentSpec
        {
            Metainfo = _metainfo,
            Directory = "/data",
            Check = isSeeding ? DiskCheck.Full : DiskCheck.Auto,
            Overwrite = true,
            Peers = [.. Enumerable.Range(0, peers).Select(i => new IPEndPoint(new IPAddress([203, 0, (byte)(i / 250), (byte)(1 + (i % 250))]), 6881))],
        };
        _torrent = _engine.AddTorrent(spec, _clock.Now).Id;
        for (int i = 0; i < 400_000 && _peers.Sum(peer => peer.Blocks) < peers * 64L; i++)
            Iterate();
        if (_peers.Sum(peer => peer.Blocks) < peers * 64L)
            throw new InvalidOperationException($"Nothing flows: {_engine.GetStatus(_torrent, _clock.Now)}");
    }

    /// <summary>Blocks that all peers have sent or got.</summary>
    public long Blocks
    {
        get
        {
            long blocks = 0;
            foreach (RemotePeer peer in _peers)
                blocks += peer.Blocks;
            return blocks;
        }
    }

    /// <summary>Whether what is left would end within so many blocks.</summary>
    public bool EndsWithin(long blocks) => !_isSeeding && Blocks + blocks > _metainfo.Layout.TotalLength / BlockRange.BlockLength * 9 / 10;

    /// <summary>Goes on until so many blocks more have passed.</summary>
    public void Move(int blocks)
    {
        long until = Blocks + blocks;
        for (int empty = 0; Blocks < until;)
        {
            long before = Blocks;
            Iterate();
            empty = Blocks == before ? empty + 1 : 0;
            if (empty == MostEmptyTurns)
                throw new InvalidOperationException($"Nothing flows any more: {_engine.GetStatus(_torrent, _clock.Now)}");
        }
    }

    public void Dispose()
    {
        _pump.Dispose();
        _pool.Dispose();
    }

    int ICachedReader.ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap)
    {
        // What a read from the page cache does: one copy a block.
        for (int done = 0, at = 0; done < run.Length; done += BlockRange.BlockLength, at += BlockRange.BlockLength + gap)
            _content.AsSpan(run.Offset + done, Math.Min(BlockRange.BlockLength, run.Length - done)).CopyTo(target[at..]);
        return run.Length;
    }

    void IEngineEffects.Send(in PeerCommand command) => _pump.Send(command);

    void IEngineEffects.Submit(DiskJob job) => _jobs.Enqueue(job);

    void IEngineEffects.Save(ResumeRecord record, long ticket) => _ticket = ticket;

    void IEngineEffects.OpenStorage(StorageLocation location)
    {
    }

    void IEngineEffects.Publish(EngineNotice notice)
    {
    }

    void IEngineEffects.PieceDone(TorrentId torrent, PieceIndex piece)
    {
    }

    void IEngineEffects.Fetch(HttpFetch fetch) => throw new InvalidOperationException("There is no tracker.");

    void IEngineEffects.Resolve(ResolveRequest request) => throw new InvalidOperationException("There are no names.");

    void IEngineEffects.SendDatagram(in Datagram datagram) => throw new InvalidOperationException("There is no tracker.");

    private RemotePeer Dial()
    {
        var peer = new RemotePeer(_metainfo.Hashes.Primary, _peers.Count, _metainfo.Layout, isSeeder: !_isSeeding);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>One turn of the loop: what the pump and the disk have, the engine's answers, and a moment.</summary>
    private void Iterate()
    {
        _pump.Wait(_clock.Now, mayRead: true);
        _pump.Deliver(_engine, _clock.Now);
        for (int i = _jobs.Count; i > 0; i--)
            Finish(_jobs.Dequeue());
        if (_ticket != 0)
            _engine.HandleSaved(_ticket, null, _clock.Now);
        _ticket = 0;
        _engine.Advance(_clock.Now);
        _pump.Flush();
        _time.Move(Turn);
    }

    private void Finish(DiskJob job)
    {
        job.Digest = SampleTorrents.Digest;
        if (job.Kind == DiskJobKind.Check)
        {
            job.Good = new bool[job.PieceCount];
            job.Good.AsSpan().Fill(_isSeeding);
        }
        else if (job.Kind is not (DiskJobKind.Hash or DiskJobKind.Write))
        {
            _hasFile |= job.Kind == DiskJobKind.Prepare;
            job.Files = [_hasFile ? new FileStamp(_metainfo.Layout.TotalLength, 1) : FileStamp.Missing];
        }

        _engine.Handle(job, _clock.Now);
    }
}
