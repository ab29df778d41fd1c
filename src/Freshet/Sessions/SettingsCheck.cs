namespace Freshet.Sessions;

/// <summary>Refuses options that make no sense before anything is started.</summary>
internal static class SettingsCheck
{
    private const long LeastMemory = 4L << 20;
    private static readonly TimeSpan ShortestSnapshotInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks at every option.</summary>
    /// <exception cref="ArgumentException">An option makes no sense; the message says which and why.</exception>
    public static void Check(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options.DownloadDirectory.Length > 0, "DownloadDirectory must not be empty.");
        Require(options.ListenPort is null or (>= 0 and <= 65535), "ListenPort must be a port from 0 to 65535, or null.");
        Require(options.MaxConnections > 0, "MaxConnections must be at least 1.");
        Require(options.MaxPeersPerTorrent > 0, "MaxPeersPerTorrent must be at least 1.");
        Require(options.MemoryBudget >= LeastMemory, $"MemoryBudget must be at least {LeastMemory} bytes.");
        Require(options.PeerTimeout > TimeSpan.Zero, "PeerTimeout must be positive.");
        Require(options.RequestTimeout is null || options.RequestTimeout > TimeSpan.Zero, "RequestTimeout must be positive, or null.");
        Require(options.RequestQueue is null or > 0, "RequestQueue must be at least 1, or null.");
        Require(options.UploadSlots is null or >= 0, "UploadSlots must not be negative.");
        Require(options.SnapshotInterval >= ShortestSnapshotInterval, "SnapshotInterval must be at least 50 ms.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }
}
