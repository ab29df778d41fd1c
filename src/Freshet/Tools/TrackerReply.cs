using System.Net;
using System.Net.Sockets;

namespace Freshet;

/// <summary>What a tracker said to an announce, or why it said nothing.</summary>
public sealed record TrackerReply
{
    /// <summary>The tracker, secrets redacted.</summary>
    public required string Url { get; init; }

    /// <summary><c>http</c>, <c>https</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Over which address family it was asked; null where it was not.</summary>
    public AddressFamily? Family { get; init; }

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
