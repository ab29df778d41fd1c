using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>What a tracker counts in a swarm.</summary>
/// <param name="Swarm">The swarm.</param>
/// <param name="Seeders">Peers that have everything.</param>
/// <param name="Leechers">Peers that do not, partial seeds counted.</param>
/// <param name="Completed">How often the torrent was downloaded to the end; null where it was not said.</param>
/// <param name="Downloaders">BEP 21: leechers that still want something; null where it was not said.</param>
public readonly record struct SwarmCounts(InfoHash Swarm, int Seeders, int Leechers, int? Completed, int? Downloaders = null);

/// <summary>What a tracker answered to a scrape, over HTTP (BEP 48) or UDP (BEP 15) alike.</summary>
public sealed record ScrapeAnswer
{
    /// <summary>Why the tracker refuses, control characters removed. Null: it does not refuse.</summary>
    public string? Failure { get; init; }

    /// <summary>How long not to scrape again, where it was said; between 30 s and a day.</summary>
    public TimeSpan? MinInterval { get; init; }

    /// <summary>The swarms that were asked for and that the tracker knows, in the order of the question. Over UDP a tracker says 0 of what it does not know.</summary>
    public IReadOnlyList<SwarmCounts> Swarms { get; init; } = [];
}
