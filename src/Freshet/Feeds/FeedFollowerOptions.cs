using System.Net;

namespace Freshet;

/// <summary>How a feed is followed. Every value has a default that works.</summary>
public sealed record FeedFollowerOptions
{
    /// <summary>The folder that has the newest version. Default: <see cref="ClientOptions.DownloadDirectory"/>.</summary>
    public string? Directory { get; init; }

    /// <summary>How often a newer version is looked for.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the item is put again, so that the feed lives on where its publisher is away. Nodes forget it after two hours.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether to end when the newest version that is found now is here.</summary>
    public bool Once { get; init; }

    /// <summary>Whether files that stand where a version's would go, are not the feed's and differ, are written over. Without it the version waits beside them.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Peers to try at once: <see cref="IPEndPoint"/> or <see cref="DnsEndPoint"/>.</summary>
    public IReadOnlyList<EndPoint> Peers { get; init; } = [];
}
