using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
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
public sealed class SimNode : ISimHost, IEngineEffects, IPeerEventSink
{
    private const int ListenPort = 6881;

    private readonly SimSwarm _swarm;
    private readonly SessionEngine _engine;
    private readonly Dictionary<ConnectionId, SimConnection> _connections = [];
    private readonly List<SimConnection> _ordered = [];
    private readonly List<SimConnection> _touched = [];
    private readonly Queue<PeerEvent> _events = new();
    private readonly Queue<Action> _effects = new();
    private readonly Dictionary<TorrentId, SimContent> _contents = [];
    private long _incoming = 1;
    private SimContent? _adding;
    private bool _running;
    private MonoTime _wake = MonoTime.Never;

    internal SimNode(SimSwarm swarm, IPAddress address, SimDisk disk, SimStore store, SimNodeSettings settings)
    {
        _swarm = swarm;
        Address = address;
        Disk = disk;
        Store = store;
        Pool = new BlockPool(settings.Memory);
        SeededRandom random = swarm.World.Fork();
        byte[] secret = new byte[32];
        random.NextBytes(secret);
        SessionSettings session = settings.Session(PeerId.Create(random), ListenPort);
        _engine = new SessionEngine(session, this, Pool, random, secret, Now);
        Checks = new NodeChecks(swarm.World, this);
    }

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

    /// <summary>Whether the process lives.</summary>
    public bool IsAlive { get; private set; } = true;

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
            AddOutcome outcome = _engine.AddTorrent(adapt is null ? spec : adapt(spec), Now);
            if (!outcome.IsAdded)
                throw new SimulationException(_swarm.World, $"the torrent was refused: {outcome.Refusal}");
            id = outcome.Id;
            _contents[id] = content;
        });
        return id;
    }

    /// <summary>Does something with the engine as a command of its owner.</summary>
    public void Command(Action<SessionEngine, MonoTime> command) => Run(() => command(_engine, Now));

    /// <summary>A torrent now.</summary>
    public TorrentSnapshot Status(TorrentId id)
        => _engine.GetStatus(id, Now) ?? throw new SimulationException(_swarm.World, "the torrent is gone");

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
    }

    /// <summary>Every connection breaks, as when a cable is pulled for a moment.</summary>
    public void BreakConnections() => Run(() =>
    {
        foreach (SimConnection connection in _ordered.ToArray())
            connection.Closed();
    });

    ISimStreamReceiver? ISimHost.Accept(SimStream stream, IPEndPoint from, int port)
    {
        if (!IsAlive || port != ListenPort)
            return null;
        var id = new ConnectionId(_incoming);
        _incoming += 2;
        return Join(new SimConnection(this, PeerLink.Incoming(id, from, Pool, Now), stream));
    }

    void ISimHost.Receive(Datagram datagram) => Run(() => _engine.Handle(datagram, Now));

    void IPeerEventSink.Post(in PeerEvent peerEvent) => _events.Enqueue(peerEvent);

    void IEngineEffects.Send(in PeerCommand command)
    {
        PeerCommand copy = command;
        _effects.Enqueue(() => Carry(copy));
    }

    void IEngineEffects.OpenStorage(StorageLocation location)
    {
        if (!_contents.ContainsKey(location.Torrent))
            _contents[location.Torrent] = _adding!;
        Disk.Open(location, _contents[location.Torrent].Metainfo);
    }

    void IEngineEffects.Submit(DiskJob job)
    {
        SimFiles files = Disk.FilesOf(_contents[job.Torrent].Metainfo);
        Disk.Submit(job, files, Pool, () => IsAlive, done => Run(() => _engine.Handle(done, Now)));
    }

    void IEngineEffects.Fetch(HttpFetch fetch)
        => _swarm.Fetch(fetch, Address, result => Run(() => _engine.Handle(result, Now)));

    void IEngineEffects.Resolve(ResolveRequest request)
    {
        IPAddress? address = _swarm.Network.Resolve(request.Host);
        var result = new ResolveResult(request.Id, address is null ? [] : [address], address is null ? "no such host" : null);
        _swarm.World.After(TimeSpan.FromMilliseconds(20), () => Run(() => _engine.Handle(result, Now)));
    }

    void IEngineEffects.SendDatagram(in Datagram datagram)
    {
        var copy = new Datagram(datagram.Remote, datagram.Bytes.ToArray());
        _effects.Enqueue(() => _swarm.Network.Send(Endpoint, copy));
    }

    void IEngineEffects.Save(ResumeRecord record, long ticket)
        => Store.Save(record, () => IsAlive, error => Run(() => _engine.HandleSaved(ticket, error, Now)));

    void IEngineEffects.Publish(EngineNotice notice)
    {
        Notices.Add(notice);
        if (notice is not PieceNotice)
            _swarm.World.Trace.Add(Now, $"{Address} {notice}");
        Checks.Notice(notice);
    }

    internal void Touch(SimConnection connection)
    {
        if (!_touched.Contains(connection))
            _touched.Add(connection);
        if (!_running)
            _swarm.World.After(TimeSpan.Zero, () => Run(static () => { }));
    }

    private SimConnection Join(SimConnection connection)
    {
        _connections[connection.Id] = connection;
        _ordered.Add(connection);
        Touch(connection);
        return connection;
    }

    /// <summary>One iteration of the loop: something happens, the engine handles all of it, effects are carried out, what waits is sent.</summary>
    private void Run(Action action)
    {
        if (!IsAlive)
            return;
        if (_running)
        {
            _swarm.World.After(TimeSpan.Zero, () => Run(action));
            return;
        }

        _running = true;
        action();
        do
        {
            while (_events.TryDequeue(out PeerEvent peerEvent))
                _engine.Handle(peerEvent, Now);
            _engine.Advance(Now);
            while (_effects.TryDequeue(out Action? effect))
                effect();
            foreach (SimConnection connection in _ordered.Where(static connection => connection.IsStarved).ToArray())
            {
                if (Pool.FreeBlocks > 0)
                    connection.Resume();
                if (!_touched.Contains(connection))
                    _touched.Add(connection);
            }

            foreach (SimConnection connection in _touched.ToArray())
                connection.Flush();
            _touched.Clear();
        }
        while (_events.Count > 0 || _effects.Count > 0);
        if (_ordered.RemoveAll(static connection => connection.IsClosed) > 0)
        {
            foreach (ConnectionId gone in _connections.Where(static pair => pair.Value.IsClosed).Select(static pair => pair.Key).ToArray())
                _connections.Remove(gone);
        }

        _running = false;
        Checks.Step();
        Sleep();
    }

    private void Carry(PeerCommand command)
    {
        if (command.Kind == PeerCommandKind.Connect)
        {
            Connect(command.Connection, (ConnectionSetup)command.Payload!);
            return;
        }

        if (!_connections.TryGetValue(command.Connection, out SimConnection? connection) || connection.IsClosed)
        {
            // The connection closed while the command was on its way; its lease is still ours to return.
            Pool.Return(command.Lease);
            return;
        }

        connection.Apply(command);
        if (!_touched.Contains(connection))
            _touched.Add(connection);
    }

    private void Connect(ConnectionId id, ConnectionSetup setup)
        => _swarm.Network.Connect(
            Address,
            setup.Endpoint,
            stream => IsAlive ? Join(new SimConnection(this, PeerLink.Outgoing(id, setup, Pool, Now), stream)) : null,
            refused => Run(() => _events.Enqueue(new PeerEvent(PeerEventKind.Closed, id)
            {
                Reason = refused ? DisconnectReason.ConnectFailed : DisconnectReason.ConnectTimeout,
            })));

    private void Sleep()
    {
        MonoTime next = _engine.NextDeadline;
        foreach (SimConnection connection in _ordered)
            next = MonoTime.Min(next, connection.Deadline);
        if (next.IsNever)
            return;

        // A wake-up that is asked for again and again at the same moment must still let time pass.
        next = MonoTime.Max(next, Now + TimeSpan.FromMicroseconds(10));
        if (!_wake.IsNever && _wake > Now && _wake <= next)
            return;
        _wake = next;
        _swarm.World.At(next, () =>
        {
            if (_wake == Now)
                _wake = MonoTime.Never;
            Run(() =>
            {
                foreach (SimConnection connection in _ordered)
                {
                    if (connection.Deadline > Now)
                        continue;
                    connection.Advance();
                    _touched.Add(connection);
                }
            });
        });
    }
}
