namespace Freshet;

/// <summary>How a feed is published. Every value has a default that works.</summary>
public sealed record FeedPublisherOptions
{
    /// <summary>What tells apart the feeds of one key, at most 64 bytes. Default: none.</summary>
    public ReadOnlyMemory<byte> Salt { get; init; }

    /// <summary>How each version's torrent is made. It must have a v1 side, whose info-hash the feed names, and must not be private.</summary>
    public CreateOptions Create { get; init; } = new();

    /// <summary>How often the content is looked at; what has changed and is the same twice in a row is published. Null: never again.</summary>
    public TimeSpan? WatchInterval { get; init; }

    /// <summary>How often the item is put again. Nodes forget it after two hours.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromHours(1);
}
