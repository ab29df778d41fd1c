using System.Buffers.Binary;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Metadata;
using Freshet.Engine.Peers;
using Freshet.Engine.Queueing;
using Freshet.Engine.Reuse;
using Freshet.Engine.Storage;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>What all torrents of a session share. It is handed to each part that needs it; nothing in it is static.</summary>
internal sealed class SessionContext
{
    private readonly Queue<PeerConnection> _held = new();

    public SessionContext(
        SessionSettings settings, IEngineEffects effects, BlockPool pool, SeededRandom random, ReadOnlySpan<byte> secret, MonoTime now)
    {
        Settings = settings;
        CurrentSettings = () => Settings;
        Queue = new TorrentQueue(settings.Queue);
        Effects = effects;
        Pool = pool;
        Random = random;
        byte[] seeds = SHA256.HashData(secret);
        HashSeed = BinaryPrimitives.ReadUInt64LittleEndian(seeds.AsSpan(8));
        Bans = new BanList(HashSeed);
        OwnAddresses = new OwnAddresses { ListenPort = settings.ListenPort };
        Connections = new ConnectionTable();
        Dialer = new Dialer(this, now);
        Trackers = new TrackerExchanges(effects, Deadlines, new SeededRandom(BinaryPrimitives.ReadUInt64LittleEndian(seeds)), settings.UserAgent);
        Storage = new SessionStorage(pool, effects, settings.Storage);
        Catalog = new FileCatalog(settings.Reuse);
        Rates = new SessionRates(settings.Limits, Deadlines, now);
        Mixed = new MixedUploads(this);
        if (settings.LocalDiscovery is { } groups)
            LocalDiscovery = new LocalDiscovery(this, groups, Convert.ToHexStringLower(SHA256.HashData([.. seeds, 1]).AsSpan(0, 8)));
        if (settings.Dht is { } dht)
            Dht = new SessionDht(this, dht, SHA256.HashData(seeds), now);
    }

    public SessionSettings Settings { get; set; }

    /// <summary>Gives <see cref="Settings"/>; one for all who are handed it.</summary>
    public Func<SessionSettings> CurrentSettings { get; }

    public IEngineEffects Effects { get; }

    public BlockPool Pool { get; }

    public SeededRandom Random { get; }

    public DeadlineQueue Deadlines { get; } = new();

    /// <summary>Seeds the tables that strangers' addresses are keys of, so that nobody can choose them to collide.</summary>
    public ulong HashSeed { get; }

    /// <summary>Who may be active.</summary>
    public TorrentQueue Queue { get; }

    /// <summary>Who waits for a torrent to wake.</summary>
    public WaitingCallers Callers { get; } = new();

    /// <summary>Who is awake and not in use.</summary>
    public DozingTorrents Dozing { get; } = new();

    public BanList Bans { get; }

    /// <summary>Our addresses as others see them.</summary>
    public OwnAddresses OwnAddresses { get; }

    public ConnectionTable Connections { get; }

    public Dialer Dialer { get; }

    public TrackerExchanges Trackers { get; }

    /// <summary>The part in the DHT; null: none.</summary>
    public SessionDht? Dht { get; }

    /// <summary>Local discovery (BEP 14); null where it is off.</summary>
    public LocalDiscovery? LocalDiscovery { get; }

    public SessionStorage Storage { get; }

    public SessionRates Rates { get; }

    /// <summary>What goes out over TCP beside uTP.</summary>
    public MixedUploads Mixed { get; }

    /// <summary>What bounds the metadata that is fetched at once.</summary>
    public MetadataBudget Metadata { get; } = new();

    /// <summary>The files of the torrents that are awake.</summary>
    public FileCatalog Catalog { get; }

    /// <summary>Connections whose request queues are to be topped up, and torrents that have something to tell, once this batch of events is over.</summary>
    public IterationWork Work { get; } = new();

    /// <summary>Torrents that have anything open or under way.</summary>
    public int Runs { get; set; }

    /// <summary>Finds a torrent by any of its swarms' hashes; null where there is none.</summary>
    public Func<InfoHash, Torrent?> FindSwarm { get; init; } = static _ => null;

    /// <summary>Called when a torrent that was to be removed is wholly stopped.</summary>
    public Action<Torrent, MonoTime>? Stopped { get; set; }

    /// <summary>Torrents in which something has changed that can be seen from outside.</summary>
    public TouchedTorrents Touched { get; } = new();

    /// <summary>A connection that would ask for more when there is memory for it.</summary>
    public void HoldUntilMemory(PeerConnection peer)
    {
        if (peer.IsHeld)
            return;
        peer.IsHeld = true;
        _held.Enqueue(peer);
    }

    /// <summary>Lets held connections go on once there is memory.</summary>
    public void ReleaseHeld()
    {
        if (_held.Count == 0 || !Storage.Memory.AllowsRequests)
            return;
        while (_held.TryDequeue(out PeerConnection? peer))
        {
            peer.IsHeld = false;
            Work.Add(peer);
        }
    }
}
