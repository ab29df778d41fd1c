using System.Net;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>A peer that a tracker named: an address, or in the list form of BEP 3 perhaps a host name.</summary>
/// <param name="Address">The address, or null where a name was given.</param>
/// <param name="HostName">The name, or null where an address was given; not looked at beyond its length and characters.</param>
/// <param name="Port">1 to 65,535.</param>
/// <param name="Peer">Its peer id, where it was said.</param>
public readonly record struct TrackerPeer(IPAddress? Address, string? HostName, int Port, PeerId? Peer = null);

/// <summary>What a tracker answered, over HTTP or UDP alike, every number clamped to what makes sense.</summary>
public sealed record AnnounceAnswer
{
    /// <summary>Why the tracker refuses, control characters removed; then <see cref="Peers"/> is empty. Null: it does not refuse.</summary>
    public string? Failure { get; init; }

    /// <summary>What the tracker wants a person to read, control characters removed.</summary>
    public string? Warning { get; init; }

    /// <summary>When to announce next; between 30 s and a day.</summary>
    public TimeSpan Interval { get; init; } = TrackerLimits.DefaultInterval;

    /// <summary>How soon another announce is allowed, where it was said; between 30 s and a day.</summary>
    public TimeSpan? MinInterval { get; init; }

    /// <summary>BEP 31: after a failure, when to try again, at most a day; null where it was not said.</summary>
    public TimeSpan? RetryIn { get; init; }

    /// <summary>BEP 31: after a failure, that no further try will ever succeed.</summary>
    public bool NeverRetry { get; init; }

    /// <summary>Seeders; null where it was not said.</summary>
    public int? Complete { get; init; }

    /// <summary>Leechers; null where it was not said.</summary>
    public int? Incomplete { get; init; }

    /// <summary>How often the torrent was completed; null where it was not said.</summary>
    public int? Downloaded { get; init; }

    /// <summary>BEP 24: our address as the tracker sees it.</summary>
    public IPAddress? ExternalAddress { get; init; }

    /// <summary>To be handed back in the next <see cref="AnnounceRequest.TrackerId"/>.</summary>
    public ReadOnlyMemory<byte>? TrackerId { get; init; }

    /// <summary>Peers of both families, in the tracker's order, at most <see cref="TrackerLimits.MaxPeers"/>, without those of port 0.</summary>
    public IReadOnlyList<TrackerPeer> Peers { get; init; } = [];
}
