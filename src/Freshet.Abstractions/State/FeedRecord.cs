using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>What is remembered of a feed (BEP 46) between runs: the newest item that was seen, so that no older one is believed, and what of it lies on disk.</summary>
public sealed record FeedRecord
{
    /// <summary>Where the item is kept in the DHT.</summary>
    public required InfoHash Target { get; init; }

    /// <summary>The folder that follows the feed; empty: here it is published.</summary>
    public required string Directory { get; init; }

    /// <summary>The number of the newest item.</summary>
    public long Sequence { get; init; }

    /// <summary>Its value, bencoded.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Its signature: who has no key puts it again with that. Checked before anything of the record is believed.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The torrent file of the version that lies in the folder; empty: none does.</summary>
    public ReadOnlyMemory<byte> Present { get; init; }

    /// <summary>The torrent file of the version that is on its way; empty: none is.</summary>
    public ReadOnlyMemory<byte> Coming { get; init; }
}
