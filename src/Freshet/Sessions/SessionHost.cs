using System.Net;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Reuse;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;
using Freshet.IO.Disk;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.IO.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Sessions;

/// <summary>
/// The composition root: makes the engine and everything that it runs on, and takes it apart again in the opposite order. What is made here is owned here.
/// </summary>
internal sealed class SessionHost : IEngineListener, IAsyncDisposable
{
    /// <summary>Trackers are told of the end for so long at most (ECOSYSTEM of the field: a stop takes no longer than a person waits).</summary>
    private static readonly TimeSpan AnnounceGrace = TimeSpan.FromSeconds(3);

    /// <summary>Writing out what is in memory may take longer than that; a disk that hangs must not hold the end up for ever.</summary>
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(30);

    private readonly BlockPool _pool;
    private readonly DiskWorkers _disk;
    private readonly StateWriter _stateWriter;
    private readonly bool _ownsStore;
    private readonly PeerCacheWorker[] _peerCaches;
    private readonly NoticeReporter _reporter;
    private readonly ObservedEngine _observed;
    private readonly DiskWorkerOptions _workers = new();
    private int _disposed;

    private SessionHost(ClientOptions options, string stateDirectory, IStateStore store, bool ownsStore, ILogger logger)
    {
        Options = options;
        StateDirectory = stateDirectory;
        Store = store;
        Logger = logger;
        Changes = new RememberedChanges(store, logger);
        Remembered = new RememberedTorrents(store, options.Reuse, logger);
        Nodes = new NodeKeeper(store, logger);
        _ownsStore = ownsStore;
        _pool = new BlockPool(options.MemoryBudget);
        _disk = new DiskWorkers(options.Storage ?? new FileStorage(), _pool, _workers);
        _stateWriter = new StateWriter(store);
        IPeerCache?[] caches = [options.RememberPeers ? store.Peers : null, options.PeerCache];
        _peerCaches = [.. caches.OfType<IPeerCache>().Select(cache => new PeerCacheWorker(cache, AddCachedPeers, logger, TimeProvider.System))];
        Events = new EventHub(TimeProvider.System);
        _reporter = new NoticeReporter(logger, Events);
        Limits = new LimitSwitch(options.Limits, TimeProvider.System, ApplyLimits);
        var clock = new MonoClock();
        Resolver = new NameResolver(clock);
        try
        {
            Loop = EngineLoop.Open(LoopOptions(options, _pool, clock), _disk, _stateWriter, listener: this);
        }
        catch
        {
            DisposeParts();
            throw;
        }

        ListenPort = options.ListenPort is null || Loop.ListenPort == 0 ? null : Loop.ListenPort;
        Snapshots = new SnapshotPublisher(options.SnapshotInterval, TimeProvider.System, () => clock.Now, ListenPort);
        Snapshots.Published = (snapshot, changed, removed) =>
        {
            Waiters.Look(snapshot, changed, removed);
            Watch.Add(snapshot);
        };
        Span<byte> secret = stackalloc byte[32];
        RandomNumberGenerator.Fill(secret);
        var random = new SeededRandom(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        byte[] secretBytes = secret.ToArray();
        SessionEngine? engine = null;
        ObservedEngine? observed = null;
        Loop.Start((effects, now) =>
        {
            engine = new SessionEngine(EngineSettings(random) with { Dht = DhtSetup.Of(options, store, logger) }, effects, _pool, random, secretBytes, now);
            return observed = new ObservedEngine(engine, Snapshots, new PeerReporter(Logger, Snapshots), _stateWriter);
        });
        Engine = engine!;
        _observed = observed!;
        Dht = Engine.DhtNodes is { } nodes ? new DhtQuestions(Loop, nodes) : null;
        Limits.Start();
        _ = WatchLoopAsync();
    }

    public ClientOptions Options { get; }

    public string StateDirectory { get; }

    public IStateStore Store { get; }

    /// <summary>What the user should know of the state folder, or null.</summary>
    public string? StateWarning { get; private init; }

    public ILogger Logger { get; }

    public EventHub Events { get; }

    public EngineLoop Loop { get; }

    /// <summary>Only for commands on the loop's thread.</summary>
    public SessionEngine Engine { get; }

    public NameResolver Resolver { get; }

    /// <summary>Asks the DHT by the session's nodes; null where it takes no part.</summary>
    public DhtQuestions? Dht { get; }

    /// <summary>How fast it may go, and when.</summary>
    public LimitSwitch Limits { get; }

    public SnapshotPublisher Snapshots { get; }

    public ConditionWaiters Waiters { get; } = new();

    public SnapshotWatch Watch { get; } = new();

    public int? ListenPort { get; }

    public TorrentRegistry Torrents { get; } = new();

    /// <summary>Starts a session.</summary>
    /// <exception cref="FreshetException">It cannot be started, and why.</exception>
    public static SessionHost Start(ClientOptions options)
    {
        ILogger logger = options.LoggerFactory?.CreateLogger("Freshet.Session") ?? NullLogger.Instance;
        string stateDirectory = Path.GetFullPath(options.StateDirectory ?? UserFolders.Current.State);
        string? warning = null;
        IStateStore store = options.StateStore ?? OpenStore(stateDirectory, logger, out warning);
        try
        {
            var host = new SessionHost(options, stateDirectory, store, options.StateStore is null, logger) { StateWarning = warning };
            logger.SessionStarted(host.ListenPort, stateDirectory);
            return host;
        }
        catch (NetworkException error)
        {
            throw new FreshetException(FreshetError.Conflict, error.Message, error) { Code = TroubleCodes.CannotListen };
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (Loop.Post(_observed.Shutdown))
            await Task.WhenAny(_observed.Quiet, Loop.Completion, Task.Delay(QuietLimit)).ConfigureAwait(false);
        await SaveEndAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(_peerCaches.Select(cache => cache.FlushAsync())), Task.Delay(AnnounceGrace)).ConfigureAwait(false);
        await Loop.StopAsync(AnnounceGrace, _observed.Quiet.IsCompleted ? QuietLimit : AnnounceGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Loop.DisposeAsync().ConfigureAwait(false);
        await Nodes.FlushAsync().ConfigureAwait(false);
        End(new ObjectDisposedException(nameof(BitTorrentClient), "The session has ended."));

        // These join threads. One that hangs in a disk keeps the memory that it works on until it comes back; nobody waits for it.
        Task parts = Task.Run(DisposeParts);
        await (Loop.HasGivenUp ? Task.WhenAny(parts, Task.Delay(AnnounceGrace)) : parts).ConfigureAwait(false);
        Logger.SessionEnded();
    }

    /// <summary>What the state store knows of torrents.</summary>
    public RememberedTorrents Remembered { get; }

    /// <summary>Keeps what changes of torrents that are remembered.</summary>
    public RememberedChanges Changes { get; }

    /// <summary>Keeps the DHT's nodes for the next start.</summary>
    private NodeKeeper Nodes { get; }

    /// <summary>Takes in a torrent that the engine has been given. On the loop's thread.</summary>
    public void Take(Torrent torrent)
    {
        Torrents.Add(torrent);
        Snapshots.Hurry();
        FreshetMetrics.Torrents.Add(1);
    }

    /// <summary>Takes the lease of a torrent's data; null where the state folder cannot be written.</summary>
    /// <exception cref="FreshetException">Another process has it.</exception>
    public TorrentLease? TakeLease(InfoHashes hashes, string name, string directory)
    {
        (TorrentLease? lease, FreshetException? refusal) = TakeLeases([(hashes, name, directory)])[0];
        return refusal is null ? lease : throw refusal;
    }

    /// <summary>Takes the leases of many torrents' data at once: for each its lease, null where the state folder cannot be written, or why it is refused.</summary>
    public (TorrentLease? Lease, FreshetException? Refusal)[] TakeLeases(IReadOnlyList<(InfoHashes Hashes, string Name, string Directory)> torrents)
    {
        try
        {
            (TorrentLease? Lease, int? Holder)[] leases = TorrentLease.AcquireAll(StateDirectory, [.. torrents.Select(torrent => (torrent.Hashes, torrent.Directory))]);
            return [.. leases.Select((taken, i) => (taken.Lease, taken.Holder is { } process ? IsInUse(torrents[i].Name, torrents[i].Directory, process) : null))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A state folder that cannot be written costs a check at the next start, and this guard; not the download.
            Logger.StateStoreWarning($"Torrents cannot be guarded against a second process: {error.Message}");
            return new (TorrentLease?, FreshetException?)[torrents.Count];
        }
    }

    /// <summary>Takes a torrent that the engine has forgotten out of the session.</summary>
    public void Forget(Torrent torrent)
    {
        torrent.ReleaseLease();
        if (Torrents.Remove(torrent.Id) is null)
            return;
        FreshetMetrics.Torrents.Add(-1);
        Logger.TorrentRemoved(torrent.Id);
    }

    private static FreshetException IsInUse(string name, string directory, int process)
        => new(FreshetError.Conflict, $"{PlainText.Of(name)} is in use by process {process} in {directory}. Wait for it or end it, or download into another folder.")
        {
            Code = TroubleCodes.TorrentInUse,
        };

    /// <summary>Opens the state store of a folder.</summary>
    /// <exception cref="FreshetException">It was written by a newer version.</exception>
    public static IStateStore OpenStore(string folder, ILogger logger, out string? warning)
    {
        try
        {
            (IStateStore store, warning) = StateStores.Open(folder);
            if (warning is not null)
                logger.StateStoreWarning(warning);
            return store;
        }
        catch (StateStoreException error)
        {
            throw new FreshetException(FreshetError.Storage, error.Message, error) { Code = TroubleCodes.StateFolder };
        }
    }

    private static EngineLoopOptions LoopOptions(ClientOptions options, BlockPool pool, MonoClock clock) => new()
    {
        Pool = pool,
        Clock = clock,
        Bind = options.BindAddress,
        ListenPort = options.ListenPort ?? 0,
        AcceptPeers = options.ListenPort is not null,
        Utp = options.Utp,
        UtpCongestion = options.UtpCongestion,
        LocalDiscovery = options.ListenPort is null ? null : options.LocalDiscovery,
        MaxConnections = options.MaxConnections,
        IsAllEncrypted = options is { Encryption: EncryptionUse.Require, IncomingEncryption: null or EncryptionUse.Require },
    };

    private SessionSettings EngineSettings(SeededRandom random) => new()
    {
        PeerId = PeerId.Create(random),
        UserAgent = TorrentSource.UserAgent,
        Storage = StorageSettings.Default with { HashWorkers = _workers.HashThreads },
        ListenPort = ListenPort ?? 0,
        UseIPv4 = Loop.UsesIPv4,
        UseIPv6 = Loop.UsesIPv6,
        MaxConnections = Loop.MaxConnections,
        MaxConnectionsPerTorrent = Math.Min(Options.MaxPeersPerTorrent ?? SessionSettings.UsualConnectionsPerTorrent, Loop.MaxConnections),
        UploadSlots = Options.UploadSlots,
        UsePeerExchange = Options.PeerExchange,
        LocalDiscovery = ListenPort is null ? null : Options.LocalDiscovery,
        UsePeerCache = _peerCaches.Length > 0,
        Utp = Options.Utp,
        UtpCongestion = Options.UtpCongestion,
        EncryptOutgoing = Options.Encryption,
        EncryptIncoming = Options.IncomingEncryption ?? Options.Encryption,
        Limits = Limits.Now,
        Tiers = TorrentAdder.ToEngine(Options.TrackerTiers),
        Queue = Options.Queue,
        Goals = Options.Goals,
        Reuse = ReuseSettings.Default with { Scope = Options.Reuse },
        Pipeline = Options.RequestQueue,
        PeerTimeout = Options.PeerTimeout,
        RequestTimeout = Options.RequestTimeout,
    };

    private void AddCachedPeers(TorrentId torrent, InfoHash swarm, IReadOnlyList<IPEndPoint> peers)
        => Loop.Post(now => Engine.AddCachedPeers(torrent, swarm, peers, now));

    private void ApplyLimits(SessionLimits limits) => Loop.Post(now => Engine.Apply(Engine.Settings with { Limits = limits }, now));

    void IEngineListener.Notice(EngineNotice notice)
    {
        switch (notice)
        {
            case DiskNotice disk:
                Snapshots.NoteDisk(disk);
                break;
            case TorrentStateNotice:
                Snapshots.Hurry();
                break;
            case TorrentNeededNotice needed:
                _ = WakeAsync(needed.Torrent);
                break;
            case PeersWantedNotice wanted:
                foreach (PeerCacheWorker cache in _peerCaches)
                    cache.Ask(wanted);
                break;
            case PeersKnownNotice known:
                foreach (PeerCacheWorker cache in _peerCaches)
                    cache.Tell(known);
                break;
            case MetadataFetchedNotice fetched:
                _ = new MetadataResolver(this).ResolveAsync(fetched.Torrent, fetched.Info);
                break;
            case PieceLayersFetchedNotice fetched:
                _ = new MetadataResolver(this).AddLayersAsync(fetched.Torrent, fetched.Layers);
                break;
            case GoalReachedNotice { Action: GoalAction.Stop } goal:
                Torrents.Find(goal.Torrent)?.NoteStarted(false);
                break;
            case GoalReachedNotice { Action: GoalAction.Remove or GoalAction.RemoveWithData } goal:
                _ = RemoveAsync(goal);
                break;
            case DhtNodesNotice nodes:
                Nodes.Keep(nodes.Nodes);
                break;
            case TorrentRemovedNotice removed:
                Snapshots.Removed(removed.Torrent);
                Torrents.Find(removed.Torrent)?.NoteGone();
                break;
        }

        _reporter.Report(notice);
    }

    void IEngineListener.PieceDone(TorrentId torrent, PieceIndex piece) => _reporter.PieceDone(torrent, piece);

    private async Task RemoveAsync(GoalReachedNotice goal)
    {
        if (Torrents.Find(goal.Torrent) is not { } torrent)
            return;
        try
        {
            await torrent.RemoveAsync(goal.Action == GoalAction.RemoveWithData ? DataDisposal.Delete : DataDisposal.Keep).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FreshetException or ObjectDisposedException)
        {
            Logger.GoalRemovalFailed(goal.Torrent, error.Message);
        }
    }

    /// <summary>What no record says: places in the queue, and for how long torrents have seeded that slept.</summary>
    private async Task SaveEndAsync()
    {
        foreach (TorrentStatus status in Snapshots.Current.Torrents)
        {
            if (Torrents.Find(status.Id) is { IsRemembered: true })
                Changes.Add(new RememberedChange(status.Hashes) { Position = status.QueuePosition, Seeded = status.SeedingTime(DateTimeOffset.UtcNow) });
        }

        await Changes.FlushAsync().ConfigureAwait(false);
    }

    private async Task WakeAsync(TorrentId id)
    {
        if (Torrents.Find(id) is not { } torrent)
            return;
        try
        {
            (Metainfo metainfo, ResumeRecord? resume) = await Task.Run(() => (torrent.Metainfo, Store.Load(torrent.Hashes, torrent.Directory))).ConfigureAwait(false);
            await Loop.InvokeAsync(now =>
            {
                Engine.Wake(id, metainfo, resume, now);
                return true;
            }).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The session has ended meanwhile.
        }
        catch (Exception error)
        {
            // Whatever a store throws: the torrent says so, and the others go on.
            Loop.Post(now => Engine.WakeFailed(id, error.Message, now));
        }
    }

    private async Task WatchLoopAsync()
    {
        await Loop.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Loop.Completion.Exception is { InnerException: { } fault })
        {
            Logger.EngineFailed(fault);
            End(new FreshetException(FreshetError.Other, $"The session failed: {fault.Message}. Start it again; what was recorded is kept.", fault));
        }
    }

    private void End(Exception why)
    {
        Waiters.End(why);
        Watch.End();
        Events.End();
    }

    private void DisposeParts()
    {
        Limits.Dispose();
        _stateWriter.Dispose();
        if (_ownsStore)
            Store.Dispose();
        _disk.Dispose();
        Resolver.Dispose();
        _pool.Dispose();
    }
}
