using Freshet.Core;

namespace Freshet.Tracker.Swarms;

/// <summary>A peer as it is put into a swarm.</summary>
internal readonly ref struct PeerEntry
{
    /// <summary>Address and port: 6 or 18 bytes.</summary>
    public required ReadOnlySpan<byte> Compact { get; init; }

    public required Sha1Hash PeerId { get; init; }

    /// <summary>The client, by its peer id and its secret key; 0 where it told no key.</summary>
    public required ulong Identity { get; init; }

    public required PeerKind Kind { get; init; }

    /// <summary>When it was seen, in seconds of the store's clock.</summary>
    public required uint Seconds { get; init; }

    public bool IsIPv6 => Compact.Length == 18;
}

/// <summary>What the store that trackers share said of a swarm the last time.</summary>
/// <param name="Seeders">Seeders at all trackers.</param>
/// <param name="PartialSeeds">Partial seeds at all trackers.</param>
/// <param name="Leechers">Leechers at all trackers.</param>
/// <param name="Completed">Completions at all trackers.</param>
/// <param name="FreshUntil">Until when it need not be asked again, in seconds of the store's clock.</param>
internal readonly record struct SharedView(int Seeders, int PartialSeeds, int Leechers, int Completed, uint FreshUntil);
