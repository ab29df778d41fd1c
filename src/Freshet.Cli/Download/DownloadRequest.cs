using System.Net;
using Freshet.Abstractions;
using Freshet.Cli.Parsing;
using Freshet.Redis;

namespace Freshet.Cli.Download;

/// <summary>What <c>freshet download</c> was asked to do.</summary>
internal sealed record DownloadRequest
{
    public required IReadOnlyList<string> Sources { get; init; }

    public required string Directory { get; init; }

    public required FileSelection Selection { get; init; }

    public bool List { get; init; }

    public PieceStrategy Strategy { get; init; }

    public int? UploadSlots { get; init; }

    public bool UseLocalDiscovery { get; init; } = true;

    public bool RememberPeers { get; init; } = true;

    public RedisAddress? PeerCache { get; init; }

    public bool UsePeerExchange { get; init; } = true;

    public UtpUse Utp { get; init; }

    public UtpCongestion UtpCongestion { get; init; }

    public EncryptionUse Encryption { get; init; }

    /// <summary>That of connections that peers open; null: the same.</summary>
    public EncryptionUse? IncomingEncryption { get; init; }

    public bool SuperSeeding { get; init; }

    public int ListenPort { get; init; }

    public IPAddress? Bind { get; init; }

    public IReadOnlyList<EndPoint> Peers { get; init; } = [];

    public IReadOnlyList<Uri> Trackers { get; init; } = [];

    public TrackerTiers TrackerTiers { get; init; }

    public bool UseTrackers { get; init; } = true;

    public DhtOptions Dht { get; init; } = new();

    public int? MaxPeers { get; init; }

    /// <summary>Requests kept at each peer; null: measured.</summary>
    public int? Pipeline { get; init; }

    public RateLimits Limits { get; init; } = RateLimits.None;

    public CheckMode Check { get; init; }

    public bool Overwrite { get; init; }

    /// <summary>Which torrents take files from one another.</summary>
    public ReuseScope Reuse { get; init; } = ReuseScope.Public;

    public string? StateDirectory { get; init; }

    /// <summary>How long nothing may come in; null: for ever.</summary>
    public TimeSpan? GiveUpAfter { get; init; }

    public TimeSpan? PeerTimeout { get; init; }

    public TimeSpan? RequestTimeout { get; init; }

    public string? StatusFile { get; init; }

    /// <summary>Whether the peers are shown.</summary>
    public bool ShowPeers { get; init; }

    /// <summary>Whether what is complete is given to others until its goals are reached, or for ever.</summary>
    public bool Seeds { get; init; }

    /// <summary>Whether only that: what is not complete fails.</summary>
    public bool SeedOnly { get; init; }

    /// <summary>Whether the state knows the torrents from now on; without a source, whether all come back that it knows.</summary>
    public bool Remembers { get; init; }

    /// <summary>When a torrent has given enough.</summary>
    public SeedGoals Goals { get; init; } = SeedGoals.None;

    /// <summary>How many torrents may be active at once.</summary>
    public QueueLimits Queue { get; init; } = QueueLimits.Default;

    /// <summary>The program to run for each download that completes, and its arguments; empty: none.</summary>
    public IReadOnlyList<string> OnComplete { get; init; } = [];
}
