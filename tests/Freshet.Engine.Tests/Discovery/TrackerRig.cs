using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Discovery;

/// <summary>An announcer with a torrent that has figures and nothing else; the test answers fetches, look-ups and datagrams, and moves the clock.</summary>
internal sealed class TrackerRig : IEngineEffects, IAnnounceSource
{
    public const string Answer = "d8:intervali1800e12:min intervali300e5:peers6:\u0001\u0002\u0003\u0004\u0001\u0000e";

    /// <summary>Seconds after which an announce with <see cref="Answer"/> has been repeated, whatever the torrent's share of the spread.</summary>
    public const double Round = 1800 * (1 + TrackerSchedule.MaxSpread);

    private readonly DeadlineQueue _deadlines = new();

    /// <summary>Each tracker in a tier of its own.</summary>
    public TrackerRig(params string[] trackers)
        : this(5, [.. trackers.Select(url => (IReadOnlyList<string>)[url])])
    {
    }

    public TrackerRig(ulong seed, IReadOnlyList<IReadOnlyList<string>> tiers, params IReadOnlyList<InfoHash> swarms)
    {
        if (swarms.Count > 0)
            Swarms = swarms;
        Exchanges = new TrackerExchanges(this, _deadlines, new SeededRandom(seed), "Freshet/test");
        Announcer = new Announcer(this, Exchanges, () => Settings, tiers, this);
    }

    public SessionSettings Settings { get; set; } = new() { PeerId = PeerId.Create(new SeededRandom(1)), ListenPort = 7000 };

    public TrackerExchanges Exchanges { get; }

    public Announcer Announcer { get; }

    public MonoTime Now { get; private set; } = new(1_000_000_000_000);

    public List<(HttpFetch Fetch, MonoTime At)> Fetches { get; } = [];

    public List<ResolveRequest> Resolves { get; } = [];

    public List<(IPEndPoint Remote, byte[] Bytes, MonoTime At)> Datagrams { get; } = [];

    public List<TrackerNotice> Notices { get; } = [];

    public List<IPEndPoint> Found { get; } = [];

    public List<InfoHash> FoundIn { get; } = [];

    public TransferFigures Transfer { get; set; } = new(0, 0, 1000, 0, 0);

    public int PeersWanted { get; set; } = 50;

    public bool IsShortOfPeers { get; set; }

    public IReadOnlyList<InfoHash> Swarms { get; } = [new(new Sha1Hash([.. Enumerable.Range(0, 20).Select(i => (byte)i)]))];

    public TorrentId Id { get; } = new(1);

    public TierOrder TierOrder { get; set; }

    public bool IsPartialSeed { get; set; }

    public bool IsFetching { get; set; }

    /// <summary>How often another tracker took over.</summary>
    public int Changes { get; private set; }

    public void TrackerChanged(MonoTime now) => Changes++;

    public IPAddress? SeenAsAddress { get; private set; }

    public void SeenAs(IPAddress tracker, IPAddress address) => SeenAsAddress = address;

    public void PeersFound(IReadOnlyList<IPEndPoint> peers, InfoHash swarm, MonoTime now)
    {
        Found.AddRange(peers);
        FoundIn.Add(swarm);
    }

    /// <summary>Starts and resolves every name to an IPv4 address.</summary>
    public TrackerRig Start()
    {
        Announcer.Start(Now);
        ResolveAll(IPAddress.Parse("198.51.100.9"));
        return this;
    }

    public void ResolveAll(params IPAddress[] addresses)
    {
        foreach (ResolveRequest request in Resolves.ToArray())
            Exchanges.Handle(new ResolveResult(request.Id, addresses, addresses.Length == 0 ? "no such name" : null), Now);
        Resolves.Clear();
        _deadlines.Run(Now);
    }

    /// <summary>Lets time pass.</summary>
    public void Run(double seconds)
    {
        MonoTime end = Now + TimeSpan.FromSeconds(seconds);
        while (_deadlines.Next <= end)
        {
            Now = MonoTime.Max(Now, _deadlines.Next);
            _deadlines.Run(Now);
        }

        Now = end;
    }

    public HttpFetch Last => Fetches[^1].Fetch;

    public string Query(int index) => Fetches[index].Fetch.Url.Query;

    public void Reply(HttpFetch fetch, string body = Answer, int status = 200, string? location = null, string? error = null, string remote = "198.51.100.9")
    {
        IPAddress? address = error is null ? IPAddress.Parse(remote) : null;
        Exchanges.Handle(new HttpFetchResult(fetch.Id, error is null ? status : 0, location, Encoding.Latin1.GetBytes(body), address, error), Now);
        _deadlines.Run(Now);
    }

    public bool Receive(IPEndPoint from, params int[] words)
    {
        byte[] bytes = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), words[i]);
        bool taken = Exchanges.Handle(new Datagram(from, bytes), Now);
        _deadlines.Run(Now);
        return taken;
    }

    void IEngineEffects.Send(in PeerCommand command) => throw new InvalidOperationException();

    void IEngineEffects.OpenStorage(StorageLocation location) => throw new InvalidOperationException();

    void IEngineEffects.Submit(DiskJob job) => throw new InvalidOperationException();

    void IEngineEffects.Fetch(HttpFetch fetch) => Fetches.Add((fetch, Now));

    void IEngineEffects.Resolve(ResolveRequest request) => Resolves.Add(request);

    void IEngineEffects.SendDatagram(in Datagram datagram) => Datagrams.Add((datagram.Remote, datagram.Bytes.ToArray(), Now));

    void IEngineEffects.Save(ResumeRecord record, long ticket) => throw new InvalidOperationException();

    void IEngineEffects.Publish(EngineNotice notice) => Notices.Add((TrackerNotice)notice);

    void IEngineEffects.PieceDone(TorrentId torrent, PieceIndex piece) => throw new InvalidOperationException();
}
