using System.Net;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>Who wants to know what a tracker counts in a swarm.</summary>
internal interface IScrapeWisher
{
    /// <summary>The tracker's announce URL.</summary>
    TrackerUrl Url { get; }

    /// <summary>The swarm.</summary>
    InfoHash Swarm { get; }

    /// <summary>The tracker was scraped; no counts where it does not know the swarm or did not answer.</summary>
    void Scraped(SwarmCounts? counts, TimeSpan? minInterval, MonoTime now);
}

/// <summary>Scrapes trackers for a session: wishes of the same moment for the same tracker go into one question, as many as it takes.</summary>
internal sealed class Scraper
{
    /// <summary>How long a scrape may take; nobody waits for it but a person who looks.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TrackerExchanges _exchanges;
    private readonly Deadline _batch;
    private List<IScrapeWisher> _wishes = [];

    public Scraper(TrackerExchanges exchanges)
    {
        _exchanges = exchanges;
        _batch = new Deadline(exchanges.Deadlines, Send);
    }

    /// <summary>Takes a wish; it goes out at the end of this iteration.</summary>
    public void Wish(IScrapeWisher wisher, MonoTime now)
    {
        _wishes.Add(wisher);
        _batch.SetNoLaterThan(now);
    }

    private void Send(MonoTime now)
    {
        List<IScrapeWisher> wishes = _wishes;
        _wishes = [];
        foreach (IGrouping<TrackerUrl, IScrapeWisher> tracker in wishes.GroupBy(wisher => wisher.Url))
        {
            foreach (IScrapeWisher[] part in tracker.Chunk(TrackerExchanges.MostScraped(tracker.Key)))
                _exchanges.Lookups.Find(tracker.Key.Host, (addresses, error, at) => Scrape(tracker.Key, part, addresses, error, at), now);
        }
    }

    private void Scrape(TrackerUrl url, IScrapeWisher[] wishers, IReadOnlyList<IPAddress> addresses, string? error, MonoTime now)
    {
        error ??= TrackerUrlRules.RefusesAddresses(url, addresses);
        if (error is null)
            _exchanges.Scrape(url, family: null, Patience, [.. wishers.Select(wisher => wisher.Swarm)], new Part(wishers), now);
        else
            new Part(wishers).Scraped(new ScrapeOutcome(null, error, null), now);
    }

    /// <summary>Those who share a question.</summary>
    private sealed class Part(IScrapeWisher[] wishers) : IScrapeCaller
    {
        public void Scraped(ScrapeOutcome outcome, MonoTime now)
        {
            var counts = new Dictionary<InfoHash, SwarmCounts>();
            foreach (SwarmCounts swarm in outcome.Answer?.Swarms ?? [])
                counts.TryAdd(swarm.Swarm, swarm);
            foreach (IScrapeWisher wisher in wishers)
                wisher.Scraped(counts.TryGetValue(wisher.Swarm, out SwarmCounts found) ? found : null, outcome.Answer?.MinInterval, now);
        }
    }
}
