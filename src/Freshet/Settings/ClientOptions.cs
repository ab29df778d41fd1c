using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>What a session is started with. Every value has a default that works.</summary>
public sealed record ClientOptions
{
    /// <summary>The memory that payload may take by default: 64 MiB, taken as it is needed: fifty fast peers, each halfway through a piece of 1 MiB, without a piece going to disk in parts.</summary>
    public const long DefaultMemoryBudget = 64L << 20;

    /// <summary>Where downloads go, unless <see cref="AddOptions.Directory"/> says otherwise. Default: the current folder.</summary>
    public string DownloadDirectory { get; init; } = ".";

    /// <summary>
    /// Where the session remembers what it has. Default: <c>$XDG_STATE_HOME/freshet</c> or <c>~/.local/state/freshet</c>, on Windows
    /// <c>%LOCALAPPDATA%\freshet</c>, on macOS <c>~/Library/Application Support/freshet</c>. Several sessions may share it.
    /// </summary>
    public string? StateDirectory { get; init; }

    /// <summary>Whether the torrents come back that were added with <see cref="AddOptions.Remember"/>, in this session or an earlier one.</summary>
    public bool RestoreTorrents { get; init; }

    /// <summary>The port to take peers' connections on, of TCP and uTP alike; 0 for one that the system chooses, null to take none.</summary>
    public int? ListenPort { get; init; } = 0;

    /// <summary>
    /// The only local address that connections, datagrams, HTTP and listeners of the session use; the other address family is not used at all then.
    /// Null: whatever the system's routes say.
    /// </summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>
    /// The most connections of the whole session; never more than the process may open files for, less a reserve. Default: three quarters of what is beyond the
    /// reserve, 1,000 at the most (docs/peers.md).
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>The most connections of a torrent, unless <see cref="AddOptions.MaxPeers"/> says otherwise. Default: 100, or the session's where that is less.</summary>
    public int? MaxPeersPerTorrent { get; init; }

    /// <summary>The bytes of payload that may be in memory at one time.</summary>
    public long MemoryBudget { get; init; } = DefaultMemoryBudget;

    /// <summary>Whether files get their full space when a download starts, in place of growing as sparse files.</summary>
    public bool AllocateFully { get; init; }

    /// <summary>A peer that says nothing for so long is dropped. Default: 120 s.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The longest that a requested block is waited for before others are asked; null to go by the peer's own pace alone.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>The number of requests that are kept at each peer, or null to measure what its line takes.</summary>
    public int? RequestQueue { get; init; }

    /// <summary>Whether peers tell each other of peers (BEP 11). Those of private torrents never do. Default: they do.</summary>
    public bool PeerExchange { get; init; } = true;

    /// <summary>
    /// The groups of local discovery (BEP 14) by which clients on a local network find each other; null: none. With <see cref="BindAddress"/> only on that address's interface, never on
    /// loopback unless the groups say so. Private torrents take no part.
    /// </summary>
    public LocalGroups? LocalDiscovery { get; init; } = LocalGroups.Bep14;

    /// <summary>Whether peers that were of use are remembered in the state store, so that a torrent that starts again begins with them; never those of private torrents.</summary>
    public bool RememberPeers { get; init; } = true;

    /// <summary>
    /// A peer cache beside the one of the state store, such as one that a group of clients shares; null: none. It is told nothing of private torrents. The session does not
    /// dispose of it.
    /// </summary>
    public IPeerCache? PeerCache { get; init; }

    /// <summary>Whether connections to peers are encrypted. Default: tried first.</summary>
    public EncryptionUse Encryption { get; init; } = EncryptionUse.Prefer;

    /// <summary>Whether connections that peers open are encrypted. Default: as <see cref="Encryption"/> says.</summary>
    public EncryptionUse? IncomingEncryption { get; init; }

    /// <summary>Whether peers are spoken to over uTP (BEP 29), <c>docs/utp.md</c>. Default: beside TCP, whichever is there first.</summary>
    public UtpUse Utp { get; init; } = UtpUse.On;

    /// <summary>Which rule governs how fast uTP sends. Default: LEDBAT++, which gives way to all other traffic.</summary>
    public UtpCongestion UtpCongestion { get; init; }

    /// <summary>How many peers of a torrent may download from us at once; 0 gives nothing, null finds out how many keep the line busy.</summary>
    public int? UploadSlots { get; init; }

    /// <summary>How fast the session may upload and download. Default: no limit.</summary>
    public RateLimits Limits { get; init; } = RateLimits.None;

    /// <summary>Which trackers of a torrent are announced to, unless <see cref="AddOptions.TrackerTiers"/> says otherwise.</summary>
    public TrackerTiers TrackerTiers { get; init; }

    /// <summary>Whether and how the session takes part in the DHT. Default: it does, and finds into it by the well-known routers.</summary>
    public DhtOptions Dht { get; init; } = new();

    /// <summary>
    /// Makes a piece picker of your own for each torrent, unless <see cref="AddOptions.Picker"/> makes one; null, or a null from it: Freshet's own.
    /// </summary>
    public Func<Metainfo, IPiecePicker?>? Picker { get; init; }

    /// <summary>How many torrents may be active at once; the others wait. Default: any number, and one check after another.</summary>
    public QueueLimits Queue { get; init; } = QueueLimits.Default;

    /// <summary>When torrents have given enough that have no goals of their own. Default: never.</summary>
    public SeedGoals Goals { get; init; } = SeedGoals.None;

    /// <summary>
    /// Which torrents take files from others of the session that have them, in place of fetching them again (<c>docs/same-file.md</c>), unless
    /// <see cref="AddOptions.Reuse"/> says otherwise. Default: those that are not private.
    /// </summary>
    public ReuseScope Reuse { get; init; } = ReuseScope.Public;

    /// <summary>Where payload is kept, or null for files of the file system.</summary>
    public IStorage? Storage { get; init; }

    /// <summary>Where resume data is kept, or null for the database in <see cref="StateDirectory"/>.</summary>
    public IStateStore? StateStore { get; init; }

    /// <summary>Where the session's log goes, or null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>How often <see cref="BitTorrentClient.Snapshot"/> changes at most. Default: 200 ms; at least 50 ms.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromMilliseconds(200);
}
