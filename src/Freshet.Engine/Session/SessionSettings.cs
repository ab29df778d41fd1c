using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Reuse;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Session;

/// <summary>What a session may do and how much of it. Immutable: <see cref="SessionEngine.Apply"/> puts another in its place.</summary>
public sealed record SessionSettings
{
    /// <summary>Connections of a torrent where nobody says otherwise: more peers bring no more speed, and each costs a HAVE for every piece.</summary>
    public const int UsualConnectionsPerTorrent = 100;

    /// <summary>How the session names itself to peers and trackers; fixed for its life.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>The User-Agent header and the client name in BEP 10 handshakes.</summary>
    public string UserAgent { get; init; } = "Freshet/0.1.0";

    /// <summary>The port that peers reach us on, as trackers and peers are told; 0 where nothing listens.</summary>
    public int ListenPort { get; init; }

    /// <summary>The numbers by which payload is kept, checked and recorded; fixed for the session's life.</summary>
    public StorageSettings Storage { get; init; } = StorageSettings.Default;

    /// <summary>Which files torrents take from one another; all but the scope is fixed for the session's life.</summary>
    public ReuseSettings Reuse { get; init; } = ReuseSettings.Default;

    /// <summary>Whether the session has an IPv4 socket.</summary>
    public bool UseIPv4 { get; init; } = true;

    /// <summary>Whether the session has an IPv6 socket.</summary>
    public bool UseIPv6 { get; init; } = true;

    /// <summary>The most connections of all torrents, half-open ones counted; the composition root lowers it to what handles allow.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>The most connections of one torrent, half-open ones counted.</summary>
    public int MaxConnectionsPerTorrent { get; init; } = UsualConnectionsPerTorrent;

    /// <summary>Connections that are being opened at once: enough to get past dead addresses fast, few enough for home routers.</summary>
    public int MaxHalfOpen { get; init; } = 50;

    /// <summary>New outgoing connections a second, in bursts of at most as many.</summary>
    public int ConnectsPerSecond { get; init; } = 30;

    /// <summary>Incoming connections between their handshake and ours (THREATS W3).</summary>
    public int MaxPendingHandshakes { get; init; } = 256;

    /// <summary>Which trackers of a torrent are announced to; private torrents go one by one whatever this says.</summary>
    public TierOrder Tiers { get; init; }

    /// <summary>Whether peers tell each other of peers (BEP 11); private torrents never do.</summary>
    public bool UsePeerExchange { get; init; } = true;

    /// <summary>How the DHT is taken part in; null: not at all. Fixed for the session's life.</summary>
    public SessionDhtSettings? Dht { get; init; }

    /// <summary>Whether a peer cache is asked for peers, and told of them; never of private torrents.</summary>
    public bool UsePeerCache { get; init; }

    /// <summary>The groups that torrents are announced to on the local network (BEP 14); null: none. Fixed for the session's life.</summary>
    public LocalGroups? LocalDiscovery { get; init; }

    /// <summary>Whether connections that we open are encrypted.</summary>
    public EncryptionUse EncryptOutgoing { get; init; }

    /// <summary>Whether connections that peers open are encrypted.</summary>
    public EncryptionUse EncryptIncoming { get; init; }

    /// <summary>Over what peers are dialled; <see cref="UtpUse.Off"/> where the session has no socket for uTP.</summary>
    public UtpUse Utp { get; init; }

    /// <summary>Which rule governs how fast uTP sends: whether it gives way to our own TCP.</summary>
    public UtpCongestion UtpCongestion { get; init; }

    /// <summary>How many interested peers of a torrent may download from us at once; null: as many as keep the line busy (docs/choking.md).</summary>
    public int? UploadSlots { get; init; }

    /// <summary>How many torrents may be active at once.</summary>
    public QueueLimits Queue { get; init; } = QueueLimits.Default;

    /// <summary>When a torrent has given enough, unless it has goals of its own.</summary>
    public SeedGoals Goals { get; init; } = SeedGoals.None;

    /// <summary>How fast payload may go out and come in.</summary>
    public SessionLimits Limits { get; init; } = new();

    /// <summary>A fixed number of outstanding requests a peer, or null to measure what each peer needs.</summary>
    public int? Pipeline { get; init; }

    /// <summary>How long a connection may be silent.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a request may wait at the most, or null to go by what was measured.</summary>
    public TimeSpan? RequestTimeout { get; init; }
}
