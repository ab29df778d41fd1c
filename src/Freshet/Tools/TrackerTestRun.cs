using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Protocol.Trackers;
using Freshet.Sessions;

namespace Freshet;

/// <summary>Tests a tracker over one address family, step by step: announce, scrape, goodbye, with what happens on the way. On the loop's thread.</summary>
internal sealed class TrackerTestRun : ITrackerCaller, IScrapeCaller, ITrackerTrace
{
    /// <summary>What a tracker with sense tells its clients; more often is a burden for it, less often lets lists grow stale.</summary>
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongInterval = TimeSpan.FromHours(2);

    private readonly TrackerExchanges _exchanges;
    private readonly Func<AnnounceEvent, AnnounceRequest> _request;
    private readonly TrackerUrl _url;
    private readonly AddressFamily _family;
    private readonly TimeSpan _patience;
    private readonly TaskCompletionSource<TrackerTestRoute> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TrackerTestStep> _steps = [];
    private string _asking = "announce";
    private bool _isGoodbye;
    private bool _hasConnected;
    private MonoTime _since;
    private TrackerTestRoute _route;

    public TrackerTestRun(TrackerExchanges exchanges, Func<AnnounceEvent, AnnounceRequest> request, TrackerUrl url, AddressFamily family, TimeSpan patience)
    {
        _exchanges = exchanges;
        _request = request;
        _url = url;
        _family = family;
        _patience = patience;
        _route = new TrackerTestRoute { Family = family, Steps = _steps };
    }

    public Task<TrackerTestRoute> Done => _done.Task;

    private bool IsUdp => _url.Protocol == TrackerProtocol.Udp;

    public void Start(MonoTime now)
    {
        _since = now;
        _exchanges.Announce(_url, _family, _patience, this, now, this);
    }

    public bool IsUrgent => true;

    public AnnounceRequest MakeRequest(MonoTime now) => _request(_isGoodbye ? AnnounceEvent.Stopped : AnnounceEvent.Started);

    public void Connected(int packets, MonoTime now)
    {
        // The scrape and the goodbye use the same connection id.
        if (_hasConnected)
            return;
        _hasConnected = true;
        string detail = packets == 1 ? "the tracker gave a connection id" : $"the tracker gave a connection id to packet {packets}";
        AddTimed("connect", packets == 1 ? TrackerVerdict.Passed : TrackerVerdict.Warned, detail, packets == 1 ? null : TrackerAdvice.PacketsLost, now);
    }

    public void Fetched(HttpFetchResult result, MonoTime now)
    {
        if (result.Connection is not { } connection || _asking != "announce")
            return;
        _route = _route with { Address = connection.Remote.Address };
        Add(new TrackerTestStep("connect", TrackerVerdict.Passed, connection.Connecting, $"to {connection.Remote}"));
        if (connection.Tls is { } tls)
            Add(TlsStep(tls));
    }

    public void Redirected(Uri? to, string? refusal, MonoTime now)
    {
        string where = to is null ? "" : UrlSecrets.RedactUrl(to.OriginalString);
        Add(refusal is null
            ? new TrackerTestStep("redirect", TrackerVerdict.Warned, null, Scrubbed($"to {where}"), TrackerAdvice.Redirected)
            : new TrackerTestStep("redirect", TrackerVerdict.Failed, null, Scrubbed(refusal), TrackerAdvice.For(refusal, _url)));
    }

    public void Announced(TrackerOutcome outcome, MonoTime now)
    {
        string? trouble = outcome.Answer?.Failure ?? outcome.Error;
        if (_isGoodbye)
        {
            AddTimed("stop", trouble is null ? TrackerVerdict.Passed : TrackerVerdict.Warned, trouble ?? "taken off its list again", null, now);
            Finish();
            return;
        }

        _route = _route with { Address = outcome.Remote ?? _route.Address };
        if (trouble is not null)
        {
            Fail(trouble, outcome.Answer is not null, now);
            Finish();
            return;
        }

        TakeAnswer(outcome.Answer!, now);
        _asking = "scrape";
        _since = now;
        if (TrackerExchanges.CanScrape(_url))
        {
            _exchanges.Scrape(_url, _family, _patience, [_request(AnnounceEvent.None).Swarm], this, now, this);
            return;
        }

        Add(new TrackerTestStep("scrape", TrackerVerdict.Skipped, null, "its URL does not tell where to scrape it (BEP 48)"));
        SayGoodbye(now);
    }

    public void Scraped(ScrapeOutcome outcome, MonoTime now)
    {
        if ((outcome.Answer?.Failure ?? outcome.Error) is { } trouble)
            AddTimed("scrape", TrackerVerdict.Warned, trouble, TrackerAdvice.NoScrape, now);
        else if (outcome.Answer!.Swarms is [SwarmCounts counts])
            AddTimed("scrape", TrackerVerdict.Passed, $"{Count(counts.Seeders, "seeder")}, {Count(counts.Leechers, "leecher")}, completed {(counts.Completed is { } completed ? Count(completed, "time") : "? times")}", null, now);
        else
            AddTimed("scrape", TrackerVerdict.Warned, "it answers, and does not know the torrent that was just announced", null, now);
        SayGoodbye(now);
    }

    private static string Count(long count, string noun) => Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static TrackerTestStep TlsStep(TlsFacts tls)
    {
        string certificate = $"certificate for {PlainText.Of(tls.Subject)} by {PlainText.Of(tls.Issuer)}, good until {tls.NotAfter.UtcDateTime:yyyy-MM-dd}";
        return tls.Trouble is { } trouble
            ? new TrackerTestStep("tls", TrackerVerdict.Failed, null, $"{trouble}; {certificate}", TrackerAdvice.Certificate)
            : new TrackerTestStep("tls", TrackerVerdict.Passed, null, $"{tls.Version}, {tls.Cipher}; {certificate}");
    }

    private void TakeAnswer(AnnounceAnswer answer, MonoTime now)
    {
        IPAddress[] peers = [.. answer.Peers.Where(peer => peer.Address is not null).Select(peer => peer.Address!)];
        int v6 = peers.Count(address => address.AddressFamily == AddressFamily.InterNetworkV6);
        _route = _route with
        {
            Interval = answer.Interval,
            MinInterval = answer.MinInterval,
            Seeders = answer.Complete,
            Leechers = answer.Incomplete,
            IPv4Peers = peers.Length - v6,
            IPv6Peers = v6,
            ExternalAddress = answer.ExternalAddress,
        };
        string counts = answer.Complete is { } seeders ? $", {Count(seeders, "seeder")}, {Count(answer.Incomplete ?? 0, "leecher")}" : "";
        string detail = Invariant($"{Count(peers.Length - v6, "IPv4 peer")} and {Count(v6, "IPv6 peer")}{counts}, interval {answer.Interval.TotalSeconds:0} s");
        if (answer.ExternalAddress is { } seen)
            detail += $", sees us as {seen}";
        bool isOdd = answer.Interval < ShortInterval || answer.Interval > LongInterval;
        string? advice = answer.Warning is { } warning ? $"the tracker warns: {warning}" : isOdd ? TrackerAdvice.OddInterval : null;
        AddTimed("announce", advice is null ? TrackerVerdict.Passed : TrackerVerdict.Warned, detail, advice, now);
    }

    /// <summary>Finds the step that the trouble belongs to.</summary>
    private void Fail(string trouble, bool isRefusal, MonoTime now)
    {
        // Whoever has failed says why already.
        if (_steps.Exists(step => step.Verdict == TrackerVerdict.Failed))
            return;
        bool isConnected = isRefusal || (IsUdp ? _hasConnected : _steps.Exists(step => step.Name == "connect"));
        AddTimed(isConnected ? "announce" : "connect", TrackerVerdict.Failed, trouble, isRefusal ? TrackerAdvice.Refused : TrackerAdvice.For(trouble, _url), now);
    }

    private void SayGoodbye(MonoTime now)
    {
        _asking = "stop";
        _since = now;
        _isGoodbye = true;
        _exchanges.Announce(_url, _family, Announcer.StopPatience, this, now);
    }

    private void AddTimed(string name, TrackerVerdict verdict, string detail, string? advice, MonoTime now)
    {
        Add(new TrackerTestStep(name, verdict, now - _since, Scrubbed(detail), advice is null ? null : Scrubbed(advice)));
        _since = now;
    }

    private void Add(TrackerTestStep step) => _steps.Add(step);

    private string Scrubbed(string text) => PlainText.Of(_url.Scrub(text));

    private void Finish() => _done.TrySetResult(_route with { Steps = [.. _steps] });
}
