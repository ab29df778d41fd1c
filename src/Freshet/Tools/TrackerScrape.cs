using System.Net;
using System.Net.Sockets;
using Freshet.Core;

namespace Freshet;

/// <summary>What a tracker counts in a swarm.</summary>
/// <param name="Swarm">The swarm.</param>
/// <param name="Seeders">Peers that have everything.</param>
/// <param name="Leechers">Peers that do not.</param>
/// <param name="Completed">How often it was downloaded to the end, or null where the tracker has not said.</param>
/// <param name="Downloaders">Leechers that still want something (BEP 21), or null where the tracker has not said.</param>
public sealed record ScrapedSwarm(InfoHash Swarm, int Seeders, int Leechers, int? Completed, int? Downloaders);

/// <summary>What a tracker said to a scrape, or why it said nothing.</summary>
public sealed record TrackerScrape
{
    /// <summary>The tracker, secrets redacted.</summary>
    public required string Url { get; init; }

    /// <summary><c>http</c>, <c>https</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Over which address family it was asked; null where it was not.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>The address that answered, or was asked; null where there is none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>From the first question to the last answer.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The swarms that it knows, in the order of the question. Over UDP a tracker says 0 of what it does not know.</summary>
    public IReadOnlyList<ScrapedSwarm> Swarms { get; init; } = [];

    /// <summary>Why there is no answer, or what the tracker refused; null where all is well.</summary>
    public string? Error { get; init; }
}
