using System.Net;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.Engine.Tests.Storage;

namespace Freshet.Engine.Tests.Session;

/// <summary>
/// A session engine with one torrent of known content, a disk in memory, peers that do as they are told, and a clock that the test moves. Everything that
/// the engine wants done is written down; disk jobs and saves are carried out, fetches, look-ups and datagrams wait for the test's answer.
/// </summary>
internal sealed class EngineRig : IEngineEffects
{
    private readonly PriorityQueue<Action, (MonoTime At, long Order)> _later = new();
    private readonly List<(long Ticket, MonoTime Due)> _saves = [];
    private long _order;
    private long _lastIncoming = -1;

    public EngineRig(int pieces = 8, int pieceLength = 64 * 1024, int? lastLength = null, SessionSettings? settings = null, long poolBytes = 32 << 20, ulong seed = 1, int? pipeline = null)
    {
        var random = new SeededRandom(seed);
        Content = new byte[((pieces - 1) * pieceLength) + (lastLength ?? pieceLength)];
        random.NextBytes(Content);
        Metainfo = MakeMetainfo(Content, pieceLength);
        (Settings, Pool, Disk, Engine) = Make(settings, poolBytes, seed, pipeline, random);
    }

    /// <summary>With a torrent of several files, of any version.</summary>
    public EngineRig(TorrentVersion version, int pieceLength, int[] lengths, SessionSettings? settings = null, ulong seed = 1, bool hasLayers = true)
    {
        var random = new SeededRandom(seed);
        var content = new ContentOfFiles(version, pieceLength, random, lengths);
        Content = content.Bytes;
        Metainfo = hasLayers ? content.Metainfo : content.Metainfo with { PieceLayers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>(), HasAllPieceLayers = false };
        if (version != TorrentVersion.V1)
            Layers = new PieceLayers(PieceTrees.Of(content.Metainfo)!, content.Metainfo.PieceLayers);
        (Settings, Pool, Disk, Engine) = Make(settings, 32 << 20, seed, null, random);
    }

    public byte[] Content { get; }

    public Metainfo Metainfo { get; init; }

    /// <summary>The piece layers of a v2 side, whatever the engine knows of them.</summary>
    public PieceLayers? Layers { get; }

    public PieceLayout Layout => Metainfo.Layout;

    public BlockPool Pool { get; }

    public FakeDisk Disk { get; }

    public SessionSettings Settings { get; }

    public SessionEngine Engine { get; }

    public MonoTime Now { get; private set; } = new(1_000_000_000_000);

    public TorrentId Torrent { get; private set; }

    public List<PeerCommand> Commands { get; } = [];

    public List<EngineNotice> Notices { get; } = [];

    public List<int> PiecesDone { get; } = [];

    public List<HttpFetch> Fetches { get; } = [];

    public List<ResolveRequest> Resolves { get; } = [];

    public List<(IPEndPoint Remote, byte[] Bytes, MonoTime At)> Datagrams { get; } = [];

    public List<ResumeRecord> Saved { get; } = [];

    public Dictionary<IPEndPoint, FakePeer> Peers { get; } = [];

    public Dictionary<ConnectionId, FakePeer> Connected { get; } = [];

    public TorrentSnapshot Status => Engine.GetStatus(Torrent, Now)!;

    public static Metainfo MakeMetainfo(byte[] content, int pieceLength, IReadOnlyList<IReadOnlyList<string>>? trackers = null, bool isPrivate = false)
    {
        int pieces = (content.Length + pieceLength - 1) / pieceLength;
        byte[] hashes = new byte[pieces * 20];
        for (int i = 0; i < pieces; i++)
            SHA1.HashData(content.AsSpan(i * pieceLength, Math.Min(pieceLength, content.Length - (i * pieceLength))), hashes.AsSpan(i * 20, 20));
        var file = new FileEntry { Index = new FileIndex(0), Path = "file", OriginalPath = "file", Length = content.Length, Offset = 0 };
        return new Metainfo
        {
            Hashes = new InfoHashes(new Sha1Hash(SHA1.HashData(hashes)), null),
            Version = TorrentVersion.V1,
            Name = "file",
            IsSingleFile = true,
            Layout = new PieceLayout([file], pieceLength),
            PieceHashes = hashes,
            InfoBytes = ReadOnlyMemory<byte>.Empty,
            Trackers = trackers ?? [],
            IsPrivate = isPrivate,
        };
    }

    public static IPEndPoint Address(int number) => new(IPAddress.Parse($"203.0.113.{number}"), 6881);

    /// <summary>Adds the torrent and lets storage get ready.</summary>
    public TorrentId Add(Func<TorrentSpec, TorrentSpec>? change = null)
    {
        var spec = new TorrentSpec { Metainfo = Metainfo, Directory = "/data" };
        AddOutcome outcome = Engine.AddTorrent(change?.Invoke(spec) ?? spec, Now);
        Assert.True(outcome.IsAdded);
        Torrent = outcome.Id;
        Engine.Advance(Now);
        RunUntil(() => Status.State is not TorrentState.Checking);
        return Torrent;
    }

    /// <summary>A peer that has pieces and waits to be dialled.</summary>
    public FakePeer Peer(int number, Action<FakePeer>? change = null)
    {
        var peer = new FakePeer(this, Address(number), number);
        change?.Invoke(peer);
        Peers[peer.Endpoint] = peer;
        return peer;
    }

    /// <summary>Tells the engine of peers that wait to be dialled.</summary>
    public void Introduce(params FakePeer[] peers)
    {
        Engine.AddPeers(Torrent, [.. peers.Select(peer => peer.Endpoint)], Now);
        Engine.Advance(Now);
    }

    /// <summary>A peer dials us; returns its connection.</summary>
    public ConnectionId Incoming(FakePeer peer, InfoHash? swarm = null, bool knowsV2 = false)
    {
        var id = new ConnectionId(_lastIncoming += 2);
        Connected[id] = peer;
        peer.Connection = id;
        Post(new PeerEvent(PeerEventKind.Incoming, id)
        {
            Payload = new PeerHandshake(peer.Endpoint, swarm ?? Metainfo.Hashes.Primary, default, peer.HasExtensions, peer.HasFast, peer.HasDht, knowsV2),
        });
        return id;
    }

    /// <summary>Answers the last fetch that went to a tracker.</summary>
    public void AnswerTracker(string body = "d8:intervali1800e5:peers0:e", string? error = null, int status = 200)
    {
        HttpFetch fetch = Fetches[^1];
        Engine.Handle(
            new HttpFetchResult(fetch.Id, error is null ? status : 0, null, System.Text.Encoding.Latin1.GetBytes(body), IPAddress.Parse("192.0.2.7"), error),
            Now);
        Engine.Advance(Now);
    }

    public void Post(in PeerEvent happened)
    {
        Engine.Handle(happened, Now);
        Engine.Advance(Now);
    }

    public void Later(TimeSpan delay, Action action) => _later.Enqueue(action, (Now + delay, _order++));

    public IEnumerable<PeerCommand> Sent(FakePeer peer, PeerCommandKind kind)
        => Commands.Where(command => command.Kind == kind && Connected.GetValueOrDefault(command.Connection) == peer);

    public void Run(double seconds)
    {
        MonoTime end = Now + TimeSpan.FromSeconds(seconds);
        while (Next() is var next && next <= end)
            Step(next);
        Now = end;
        Engine.Advance(Now);
    }

    public void RunUntil(Func<bool> condition, double maxSeconds = 600)
    {
        MonoTime end = Now + TimeSpan.FromSeconds(maxSeconds);
        int stuck = 0;
        while (!condition())
        {
            MonoTime next = Next();
            Assert.False(next.IsNever || next > end, "nothing moves any more");
            stuck = next <= Now ? stuck + 1 : 0;
            Assert.True(stuck < 100_000, "a deadline stays in the past");
            Step(next);
        }
    }

    /// <summary>What is on disk is the torrent's content, and no block is held by anyone.</summary>
    public void AssertComplete()
    {
        for (int i = 0; i < Layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            Assert.True(Content.AsSpan((int)Layout.OffsetOf(piece), Layout.LengthOf(piece)).SequenceEqual(Disk.ReadPiece(piece)));
        }

        Assert.Equal(0, Pool.RentedBlocks);
    }

    /// <summary>The true hashes that a request asks for.</summary>
    public HashAnswer RightAnswer(HashRequest request)
    {
        PieceTrees trees = Layers!.Trees;
        if (Layers.Answer(request) is { } answer)
            return answer;
        FileEntry file = trees.FileOf(request.Root)!;
        PieceIndex first = trees.FirstPieceOf(file);
        var piece = new PieceIndex(first.Value + (request.Index >> trees.HeightOf(first)));
        byte[] data = Content.AsSpan((int)Layout.OffsetOf(piece), trees.DataLength(piece)).ToArray();
        return Layers.AnswerLeaves(request, piece, [.. data.Chunk(BlockRange.BlockLength).Select(block => MerkleTree.Leaf(block))])!;
    }

    public bool HasState(TorrentState state) => Status.State == state;

    private (SessionSettings Settings, BlockPool Pool, FakeDisk Disk, SessionEngine Engine) Make(SessionSettings? settings, long poolBytes, ulong seed, int? pipeline, SeededRandom random)
    {
        var pool = new BlockPool(poolBytes);
        var disk = new FakeDisk(Metainfo.Layout, Metainfo.PieceHashes, pool, random, PieceTrees.Of(Metainfo)) { MaxLatency = TimeSpan.FromMilliseconds(1) };
        settings ??= new SessionSettings { PeerId = PeerId.Create(random), ListenPort = 6881, Pipeline = pipeline };
        return (settings, pool, disk, new SessionEngine(settings, this, pool, new SeededRandom(seed + 1), new byte[32], Now));
    }

    void IEngineEffects.Send(in PeerCommand command)
    {
        Commands.Add(command);
        if (command.Kind == PeerCommandKind.Connect)
            Dial(command);
        else if (Connected.TryGetValue(command.Connection, out FakePeer? peer))
            peer.On(command);
        else
            Assert.True(command.Kind is PeerCommandKind.Close or PeerCommandKind.Unmask);
    }

    void IEngineEffects.OpenStorage(StorageLocation location) => Assert.Equal("/data", location.Directory);

    void IEngineEffects.Submit(DiskJob job) => Disk.Submit(job, Now);

    void IEngineEffects.Fetch(HttpFetch fetch) => Fetches.Add(fetch);

    void IEngineEffects.Resolve(ResolveRequest request) => Resolves.Add(request);

    void IEngineEffects.SendDatagram(in Datagram datagram) => Datagrams.Add((datagram.Remote, datagram.Bytes.ToArray(), Now));

    void IEngineEffects.Save(ResumeRecord record, long ticket)
    {
        Saved.Add(record);
        _saves.Add((ticket, Now + TimeSpan.FromMilliseconds(10)));
    }

    void IEngineEffects.Publish(EngineNotice notice) => Notices.Add(notice);

    void IEngineEffects.PieceDone(TorrentId torrent, PieceIndex piece) => PiecesDone.Add(piece.Value);

    private void Dial(PeerCommand command)
    {
        var setup = (ConnectionSetup)command.Payload!;
        if (!Peers.TryGetValue(setup.Endpoint, out FakePeer? peer))
        {
            Later(TimeSpan.FromMilliseconds(1), () => Post(new PeerEvent(PeerEventKind.Closed, command.Connection) { Reason = DisconnectReason.ConnectFailed }));
            return;
        }

        Connected[command.Connection] = peer;
        peer.Connection = command.Connection;
        Later(FakePeer.Latency, () => peer.Answer(setup));
    }

    private MonoTime Next()
    {
        MonoTime next = MonoTime.Min(Engine.NextDeadline, Disk.NextDue);
        if (_later.TryPeek(out _, out (MonoTime At, long) first))
            next = MonoTime.Min(next, first.At);
        return _saves.Count > 0 ? MonoTime.Min(next, _saves[0].Due) : next;
    }

    private void Step(MonoTime next)
    {
        Now = MonoTime.Max(Now, next);
        while (_later.TryPeek(out _, out (MonoTime At, long) first) && first.At <= Now)
            _later.Dequeue()();
        while (Disk.Finish(Now) is { } job)
            Engine.Handle(job, Now);
        while (_saves.Count > 0 && _saves[0].Due <= Now)
        {
            long ticket = _saves[0].Ticket;
            _saves.RemoveAt(0);
            Engine.HandleSaved(ticket, null, Now);
        }

        Engine.Advance(Now);
    }
}
