using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>What a tracker counts in one swarm of a torrent, as far as it has said.</summary>
internal sealed class SwarmTally(Tracker tracker, InfoHash swarm) : IScrapeWisher
{
    /// <inheritdoc/>
    public TrackerUrl Url => tracker.Url;

    /// <inheritdoc/>
    public InfoHash Swarm => swarm;

    /// <summary>The last counts; null before any.</summary>
    public SwarmCounts? Counts { get; private set; }

    /// <summary>An announce was answered.</summary>
    public void Counted(AnnounceAnswer answer)
    {
        if (answer.Complete is { } seeders && answer.Incomplete is { } leechers)
            Counts = new SwarmCounts(swarm, seeders, leechers, answer.Downloaded ?? Counts?.Completed);
    }

    /// <inheritdoc/>
    public void Scraped(SwarmCounts? counts, TimeSpan? minInterval, MonoTime now)
    {
        Counts = counts ?? Counts;
        if (minInterval is { } least)
            tracker.ScrapeAgainIn(least, now);
    }
}
