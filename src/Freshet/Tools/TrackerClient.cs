using System.Net;

namespace Freshet;

/// <summary>What a tracker said to an announce, or why it said nothing.</summary>
public sealed record TrackerReply
{
    /// <summary>The tracker, secrets redacted.</summary>
    public required string Url { get; init; }

    /// <summary><c>http</c>, <c>https</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The address that answered, or was asked; null where there is none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>From the question to the answer, with looking up the name and opening the connection.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>When it wants to hear from us again.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Seeders that it knows, or null where it has not said.</summary>
    public int? Seeders { get; init; }

    /// <summary>Leechers that it knows, or null where it has not said.</summary>
    public int? Leechers { get; init; }

    /// <summary>The peers that it named.</summary>
    public IReadOnlyList<IPEndPoint> Peers { get; init; } = [];

    /// <summary>What it wants its users to know, or null.</summary>
    public string? Warning { get; init; }

    /// <summary>Why there is no answer, or what the tracker refused; null where all is well.</summary>
    public string? Error { get; init; }
}

/// <summary>Asks trackers, without a session.</summary>
public static class TrackerClient
{
    /// <summary>
    /// Announces to a tracker on each address family that it has, as a client that has nothing and wants one peer list, and takes itself off
    /// the list again. Trouble is told in the replies.
    /// </summary>
    /// <param name="tracker">The tracker's URL: http, https or udp.</param>
    /// <param name="swarm">The info-hash to ask for.</param>
    /// <param name="timeout">How long to wait; default 15 s.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<TrackerReply>> AnnounceAsync(
        Uri tracker, Core.InfoHash swarm, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        => throw new NotSupportedException();
}
