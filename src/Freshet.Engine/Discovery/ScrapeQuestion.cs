using System.Net;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>How a scrape ended.</summary>
/// <param name="Answer">What the tracker answered, refusals included; null where nothing usable came.</param>
/// <param name="Error">What went wrong, without secrets; null with an answer.</param>
/// <param name="Remote">Who answered, where that is known.</param>
public sealed record ScrapeOutcome(ScrapeAnswer? Answer, string? Error, IPAddress? Remote);

/// <summary>Who scrapes.</summary>
public interface IScrapeCaller
{
    /// <summary>The scrape ended; not called after <see cref="TrackerCall.Cancel"/>.</summary>
    void Scraped(ScrapeOutcome outcome, MonoTime now);
}

/// <summary>A scrape of one or several swarms.</summary>
internal sealed class ScrapeQuestion(IReadOnlyList<InfoHash> swarms, IScrapeCaller caller) : TrackerQuestion
{
    private ScrapeAnswer? _answer;

    /// <inheritdoc/>
    public override bool IsUrgent => true;

    public override void Prepare(MonoTime now)
    {
        // What is asked does not depend on when.
    }

    public override Uri Url(TrackerUrl tracker)
        => HttpScrape.Url(tracker, swarms) ?? throw new InvalidOperationException("The tracker has no URL to scrape.");

    public override string? Read(ReadOnlySpan<byte> body) => HttpScrape.TryParse(body, swarms, out _answer, out string? error) ? null : error;

    public override UdpTrackerExchange OverUdp(TrackerUrl tracker, IPEndPoint address, UdpConnectionIds connections, UdpTransactionIds transactions)
        => new UdpScrape(swarms, address, connections, transactions);

    public override void Take(UdpTrackerExchange exchange) => _answer = ((UdpScrape)exchange).Answer;

    public override void Ended(string? error, IPAddress? remote, MonoTime now) => caller.Scraped(new ScrapeOutcome(_answer, error, remote), now);
}
