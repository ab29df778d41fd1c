using System.Net;
using Freshet.Abstractions;

namespace Freshet.Tracker;

/// <summary>How a tracker serves. The defaults are those of a public tracker.</summary>
public sealed record TrackerOptions
{
    /// <summary>The port that trackers have by custom.</summary>
    public const int DefaultPort = 6969;

    /// <summary>Where to listen, over HTTP and UDP alike; port 0: any. Empty: port 6969 of all addresses of both families, as far as the machine has them.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [];

    /// <summary>Whether to serve HTTP.</summary>
    public bool Http { get; init; } = true;

    /// <summary>Whether to serve UDP.</summary>
    public bool Udp { get; init; } = true;

    /// <summary>How often clients are to announce; each gets up to a tenth more. A peer is forgotten after twice this time. At least 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A file of info-hashes, 40 hexadecimal digits a line: only these torrents are served. Null: all.</summary>
    public string? AllowListFile { get; init; }

    /// <summary>A file of info-hashes, 40 hexadecimal digits a line: these torrents are not served.</summary>
    public string? DenyListFile { get; init; }

    /// <summary>Whether <c>/scrape</c> without info-hashes tells of all torrents, at most 100,000 (BEP 48).</summary>
    public bool FullScrape { get; init; }

    /// <summary>Whether <c>/stats</c> tells numbers as JSON to whoever asks.</summary>
    public bool Stats { get; init; }

    /// <summary>Whether a client in a local network or on this machine may name its address itself (<c>ip=</c>). Of others it is ignored always.</summary>
    public bool TrustLocalAddressParameter { get; init; }

    /// <summary>Torrents that are remembered; beyond it new ones are refused.</summary>
    public int MaxTorrents { get; init; } = 1_000_000;

    /// <summary>Peers of all torrents that are remembered; beyond it new ones are given peers and not remembered.</summary>
    public int MaxPeers { get; init; } = 5_000_000;

    /// <summary>Peers of one torrent that are remembered.</summary>
    public int MaxPeersPerTorrent { get; init; } = 200_000;

    /// <summary>Peers of one torrent at one IPv4 address or IPv6 /64 that are remembered.</summary>
    public int MaxPeersPerSource { get; init; } = 64;

    /// <summary>HTTP connections that wait for a request or an answer.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>HTTP connections of one source.</summary>
    public int MaxConnectionsPerSource { get; init; } = 128;

    /// <summary>Requests a second that one source (an IPv4 address, an IPv6 /64) may make over each protocol, with bursts of ten seconds' worth; 0: no limit.</summary>
    public double MaxRate { get; init; } = 100;

    /// <summary>A store by which several trackers share their swarms, or null. Whoever made it disposes of it.</summary>
    public ISharedSwarms? SharedSwarms { get; init; }

    /// <summary>How long a connection may take for a request.</summary>
    internal TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Uses the runtime's sockets on Linux too; for tests.</summary>
    internal bool PortableSockets { get; init; }
}
