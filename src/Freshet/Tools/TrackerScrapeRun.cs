using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Protocol.Trackers;
using Freshet.Sessions;

namespace Freshet;

/// <summary>Scrapes a tracker over one address family, question by question. On the loop's thread.</summary>
internal sealed class TrackerScrapeRun(
    TrackerExchanges exchanges, TrackerUrl url, AddressFamily family, IReadOnlyList<InfoHash> swarms, TimeSpan patience) : IScrapeCaller
{
    private readonly TaskCompletionSource<TrackerScrape> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ScrapedSwarm> _counts = [];
    private IPAddress? _remote;
    private MonoTime _started;
    private int _asked;

    public Task<TrackerScrape> Done => _done.Task;

    public void Start(MonoTime now)
    {
        _started = now;
        if (TrackerExchanges.CanScrape(url))
            Ask(now);
        else
            Finish("its URL does not tell where to scrape it: only a path whose last part begins with announce does (BEP 48)", now);
    }

    public void Scraped(ScrapeOutcome outcome, MonoTime now)
    {
        _remote = outcome.Remote ?? _remote;
        string? error = outcome.Answer?.Failure ?? outcome.Error;
        foreach (SwarmCounts swarm in outcome.Answer?.Swarms ?? [])
            _counts.Add(new ScrapedSwarm(swarm.Swarm, swarm.Seeders, swarm.Leechers, swarm.Completed, swarm.Downloaders));
        if (error is not null || _asked >= swarms.Count)
            Finish(error, now);
        else
            Ask(now);
    }

    private void Ask(MonoTime now)
    {
        InfoHash[] part = [.. swarms.Skip(_asked).Take(TrackerExchanges.MostScraped(url))];
        _asked += part.Length;
        exchanges.Scrape(url, family, patience, part, this, now);
    }

    private void Finish(string? error, MonoTime now) => _done.TrySetResult(new TrackerScrape
    {
        Url = url.ToString(),
        Protocol = TrackerProbe.ProtocolOf(url),
        Family = family,
        Address = _remote,
        Latency = now - _started,
        Swarms = [.. _counts],
        Error = error is null ? null : PlainText.Of(url.Scrub(error)),
    });
}
