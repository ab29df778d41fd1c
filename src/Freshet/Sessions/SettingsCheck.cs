using System.Net;
using Freshet.Abstractions;

namespace Freshet.Sessions;

/// <summary>Refuses options that make no sense before anything is started.</summary>
internal static class SettingsCheck
{
    private const long LeastMemory = 4L << 20;
    private static readonly string TooSlow = $"A limit must be at least {TransferLimits.Least} bytes a second, or null.";
    private static readonly TimeSpan ShortestSnapshotInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks at every option.</summary>
    /// <exception cref="ArgumentException">An option makes no sense; the message says which and why.</exception>
    public static void Check(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options.DownloadDirectory.Length > 0, "DownloadDirectory must not be empty.");
        Require(options.ListenPort is null or (>= 0 and <= 65535), "ListenPort must be a port from 0 to 65535, or null.");
        Require(options.MaxConnections is null or > 0, "MaxConnections must be at least 1, or null.");
        Require(options.MaxPeersPerTorrent is null or > 0, "MaxPeersPerTorrent must be at least 1, or null.");
        Require(options.MemoryBudget >= LeastMemory, $"MemoryBudget must be at least {LeastMemory} bytes.");
        Check(options.Limits);
        Require(options.PeerTimeout > TimeSpan.Zero, "PeerTimeout must be positive.");
        Require(options.RequestTimeout is null || options.RequestTimeout > TimeSpan.Zero, "RequestTimeout must be positive, or null.");
        Require(options.RequestQueue is null or > 0, "RequestQueue must be at least 1, or null.");
        Require(options.UploadSlots is null or >= 0, "UploadSlots must not be negative.");
        Require(Enum.IsDefined(options.Utp), "Utp must be one of UtpUse's values.");
        Require(Enum.IsDefined(options.UtpCongestion), "UtpCongestion must be one of its values.");
        Check(options.Dht.Routers);
        Require(options.SnapshotInterval >= ShortestSnapshotInterval, "SnapshotInterval must be at least 50 ms.");
    }

    /// <summary>Looks at end points that name nodes of the DHT.</summary>
    /// <exception cref="ArgumentException">One is neither an address nor a name, or has no port.</exception>
    public static void Check(IReadOnlyList<EndPoint> nodes)
    {
        foreach (EndPoint node in nodes)
            Require(node is IPEndPoint { Port: > 0 } or DnsEndPoint { Port: > 0 }, $"A node of the DHT is an IPEndPoint or a DnsEndPoint with a port, not {node}.");
    }

    /// <summary>Looks at the limits of a session.</summary>
    /// <exception cref="ArgumentException">One is too small.</exception>
    public static void Check(RateLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Require(limits.Normal.IsValid && (limits.Alternative ?? TransferLimits.None).IsValid, TooSlow);
    }

    /// <summary>Looks at the limits of a torrent.</summary>
    /// <exception cref="ArgumentException">One is too small.</exception>
    public static void Check(TorrentLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Require(limits.Whole.IsValid && limits.EachPeer.IsValid, TooSlow);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }
}
