using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.Protocol.Encryption;
using Freshet.Protocol.Wire;
using Freshet.Simulator.Checks;
using Freshet.Simulator.Disk;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Nodes;

/// <summary>
/// A whole Freshet session in the simulated world: the real engine and the real wire codec on simulated lines, disk, store and trackers. It does what
/// the I/O side does for a real one: feeds events in batches, then lets time advance, then carries the effects out.
/// </summary>
public sealed partial class SimNode : ISimHost, IEngineEffects, IPeerEventSink, ICachedReader, IEntropy
{
    private const int ListenPort = 6881;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly SimSwarm _swarm;
    private readonly SeededRandom _entropy;
    private readonly SessionEngine _engine;
    private readonly Dictionary<ConnectionId, SimConnection> _connections = [];
    private readonly List<SimConnection> _ordered = [];
    private readonly List<SimConnection> _touched = [];

    // A swarm of thousands is played only if a turn costs what happens in it, not what is connected.
    private readonly List<SimConnection> _starved = [];
    private readonly PriorityQueue<SimConnection, long> _deadlines = new();
    private readonly Queue<PeerEvent> _events = new();
    private readonly Queue<PeerCommand> _commands = new();
    private readonly Dictionary<TorrentId, SimContent> _contents = [];
    private readonly Dictionary<TorrentId, Bitfield> _wanted = [];
    private long _incoming = 1;
    private SimContent? _adding;
    private bool _running;
    private bool _turnIsAsked;
    private int _closed;
    private MonoTime _wake = MonoTime.Never;

    internal SimNode(SimSwarm swarm, IPAddress address, SimDisk disk, SimStore store, SimNodeSettings settings)
    {
        _swarm = swarm;
        Address = address;
        Disk = disk;
        Store = store;
        MemoryLimit = settings.Memory;
        Pool = new BlockPool(settings.Memory);
        SeededRandom random = swarm.World.Fork();
        byte[] secret = new byte[32];
        random.NextBytes(secret);
        _entropy = new SeededRandom(BitConverter.ToUInt64(secret));
        SessionSettings session = settings.Session(PeerId.Create(random), ListenPort);
        if (session.Dht is { } dht)
            session = session with { Dht = dht with { Local = [address], Saved = store.Nodes } };
        _engine = new SessionEngine(session, this, Pool, random, secret, Now);
        Checks = new NodeChecks(swarm, this);
        Encryption = new MseKit(MontgomeryPowers.Instance, this);
        Watch();

        // A loop's first turn: without the DHT it finds nothing to do.
        if (session.Dht is not null)
            swarm.World.After(TimeSpan.Zero, () => Run(static () => { }));
    }

    private MseKit Encryption { get; }

    void IEntropy.Fill(Span<byte> bytes) => _entropy.NextBytes(bytes);

    /// <summary>Where the node is.</summary>
    public IPAddress Address { get; }

    /// <summary>Its address and listening port.</summary>
    public IPEndPoint Endpoint => new(Address, ListenPort);

    /// <summary>Its disk, which outlives it.</summary>
    public SimDisk Disk { get; }

    /// <summary>Its state store, which outlives it.</summary>
    public SimStore Store { get; }

    /// <summary>The memory that payload waits in.</summary>
    public BlockPool Pool { get; }

    /// <summary>What is checked all the time.</summary>
    public NodeChecks Checks { get; }

    /// <summary>The most payload that may be in memory, in bytes.</summary>
    public long MemoryLimit { get; }

    /// <summary>Whether all torrents are stopped, saved and closed.</summary>
    public bool IsQuiet => _engine.IsQuiet;

    /// <summary>What its engine has done so far.</summary>
    public EngineWork Work => _engine.Work;

    /// <summary>Its part in the DHT now, or null.</summary>
    public DhtSnapshot? Dht => _engine.GetDht(Now);

    /// <summary>How often its loop has woken up.</summary>
    public long Turns { get; private set; }

    /// <summary>Whether the process lives.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>The world that it lives in.</summary>
    internal SimWorld World => _swarm.World;

    /// <summary>The virtual time.</summary>
    public MonoTime Now => _swarm.World.Now;

    /// <summary>Everything that the engine told the outside.</summary>
    public List<EngineNotice> Notices { get; } = [];

    /// <summary>The node's torrents and the truth about them.</summary>
    public IReadOnlyDictionary<TorrentId, SimContent> Contents => _contents;

    /// <summary>Adds a torrent and begins.</summary>
    public TorrentId Add(SimContent content, Func<TorrentSpec, TorrentSpec>? adapt = null)
    {
        var spec = new TorrentSpec
        {
            Metainfo = content.Metainfo,
            Directory = "/simulated",
            Resume = Store.Load(content.Metainfo.Hashes),
            BootId = Store.BootId,
        };
        TorrentId id = default;
        Run(() =>
        {
            // The engine gives the number; a storage effect that comes before it is known is about this torrent.
            _adding = content;
            spec = adapt is null ? spec : adapt(spec);
            AddOutcome outcome = _engine.AddTorrent(spec, Now);
            if (!outcome.IsAdded)
                throw new SimulationException(_swarm.World, $"the torrent was refused: {outcome.Refusal}");
            id = outcome.Id;
            _contents[id] = content;
            _wanted[id] = WantedOf(content.Layout, spec.Priorities);
        });
        return id;
    }

    /// <summary>Adds a torrent by its hashes alone; what is known of it otherwise it gets from its peers.</summary>
    public TorrentId AddMagnet(SimContent content, Func<TorrentSpec, TorrentSpec>? adapt = null) => Add(
        content,
        spec =>
        {
            spec = spec with
            {
                Metainfo = null,
                Resume = null,
                Summary = TorrentSummary.WithoutMetadata(content.Metainfo.Hashes, "magnet", content.Metainfo.Trackers),
            };
            return adapt is null ? spec : adapt(spec);
        });

    /// <summary>Does something with the engine as a command of its owner.</summary>
    public void Command(Action<SessionEngine, MonoTime> command) => Run(() => command(_engine, Now));

    /// <summary>Selects other files of a torrent; null for all.</summary>
    public void Select(TorrentId id, IReadOnlyList<FileIndex>? selection) => SetPriorities(id, _contents[id].Only(selection));

    /// <summary>Wants the files of a torrent more or less; null: all the same.</summary>
    public void SetPriorities(TorrentId id, IReadOnlyList<FilePriority>? priorities) => Run(() =>
    {
        _wanted[id] = WantedOf(_contents[id].Layout, priorities);
        _engine.SetPriorities(id, priorities, Now);
    });

    /// <summary>The pieces of a torrent that are selected.</summary>
    public Bitfield Wanted(TorrentId id) => _wanted[id];

    /// <summary>A torrent now.</summary>
    public TorrentSnapshot Status(TorrentId id)
        => _engine.GetStatus(id, Now) ?? throw new SimulationException(_swarm.World, "the torrent is gone");

    /// <summary>A torrent now, or null where it is gone.</summary>
    public TorrentSnapshot? Find(TorrentId id) => _engine.GetStatus(id, Now);

    /// <summary>The connections of a torrent now.</summary>
    public IReadOnlyList<PeerSnapshot> Peers(TorrentId id) => _engine.GetPeers(id, Now);

    /// <summary>Which pieces of a torrent are done.</summary>
    public Bitfield Pieces(TorrentId id) => _engine.GetPieces(id) ?? throw new SimulationException(_swarm.World, "the torrent is gone");

    /// <summary>Whether everything that was selected is done.</summary>
    public bool IsFinished(TorrentId id) => _engine.GetStatus(id, Now) is { IsFinished: true };

    /// <summary>The process dies as by kill -9: nothing more of it happens; what was written and stored stays.</summary>
    public void Kill()
    {
        if (!IsAlive)
            return;
        IsAlive = false;
        _swarm.World.Trace.Add(Now, $"{Address} is killed");
        _swarm.Network.Remove(Address);
        Disk.Abandon(Pool);
    }

    /// <summary>Every connection breaks, as when a cable is pulled for a moment.</summary>
    public void BreakConnections() => Run(() =>
    {
        foreach (SimConnection connection in _ordered.ToArray())
            connection.Closed();
    });

    bool ISimHost.Offers(InfoHashes torrent, Bitfield missing)
    {
        if (!IsAlive || Disk.Settings.ReadFailures > 0)
            return false;
        foreach ((TorrentId id, SimContent content) in _contents)
        {
            if (content.Metainfo.Hashes != torrent || _engine.GetPieces(id) is not { } pieces)
                continue;
            for (int i = missing.NextSet(0); i >= 0; i = missing.NextSet(i + 1))
            {
                if (pieces[i])
                    return true;
            }
        }

        return false;
    }

    private void Watch() => _swarm.World.After(WatchInterval, () =>
    {
        if (!IsAlive)
            return;
        Checks.Watch();
        Watch();
    });

    private static Bitfield WantedOf(PieceLayout layout, IReadOnlyList<FilePriority>? priorities)
    {
        var wanted = new Bitfield(layout.PieceCount);
        if (priorities is null)
            wanted.SetAll();
        foreach (FileEntry file in layout.Files.Where(file => file.IsStored && priorities?[file.Index.Value] > FilePriority.Skip))
        {
            (PieceIndex first, PieceIndex last) = layout.PiecesOf(file.Index);
            for (int i = first.Value; i <= last.Value; i++)
                wanted[i] = true;
        }

        return wanted;
    }
}
