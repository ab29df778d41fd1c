using System.Diagnostics;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.Protocol.Trackers;
using Freshet.Sessions;

namespace Freshet;

/// <summary>Has a <see cref="TrackerProbe"/> ask one tracker after its name is looked up: over each family that it has.</summary>
internal sealed class TrackerAsker(EngineLoop loop, TrackerProbe probe, NameResolver resolver)
{
    /// <summary>How long the announces that take us off the lists again may take; nobody waits longer for a courtesy.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    public async Task<IReadOnlyList<TrackerReply>> AnnounceAsync(string text, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!TrackerUrl.TryParse(text, out TrackerUrl? url, out string? error))
            return [new TrackerReply { Url = Redacted(text), Protocol = "-", Error = error }];
        ResolvedName name = await resolver.ResolveAsync(url.Host, cancellationToken).ConfigureAwait(false);
        if (name.Error is { } unknown)
            return [TrackerProbe.Failed(url, unknown)];
        return await Task.WhenAll(Families(name).Select(async family =>
        {
            var question = new TrackerQuestion(url, family, patience);
            loop.Post(now => probe.Ask(question, now));
            TrackerReply reply = await question.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (reply.Error is null)
                await Task.WhenAny(question.Farewell, Task.Delay(StopGrace, cancellationToken)).ConfigureAwait(false);
            return reply;
        })).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<TrackerScrape>> ScrapeAsync(string text, IReadOnlyList<InfoHash> swarms, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!TrackerUrl.TryParse(text, out TrackerUrl? url, out string? error))
            return [new TrackerScrape { Url = Redacted(text), Protocol = "-", Error = error }];
        ResolvedName name = await resolver.ResolveAsync(url.Host, cancellationToken).ConfigureAwait(false);
        if (name.Error is { } unknown)
            return [new TrackerScrape { Url = url.ToString(), Protocol = TrackerProbe.ProtocolOf(url), Error = PlainText.Of(unknown) }];
        return await Task.WhenAll(Families(name).Select(async family =>
        {
            Task<TrackerScrape> scrape = await loop.InvokeAsync(now => probe.ScrapeAsync(url, family, swarms, patience, now)).ConfigureAwait(false);
            return await scrape.WaitAsync(cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    public async Task<TrackerTest> TestAsync(string text, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!TrackerUrl.TryParse(text, out TrackerUrl? url, out string? error))
        {
            return new TrackerTest
            {
                Url = Redacted(text),
                Protocol = "-",
                Steps = [new TrackerTestStep("url", TrackerVerdict.Failed, null, error, TrackerAdvice.Url)],
            };
        }

        long started = Stopwatch.GetTimestamp();
        ResolvedName name = await resolver.ResolveAsync(url.Host, cancellationToken).ConfigureAwait(false);
        TimeSpan resolving = Stopwatch.GetElapsedTime(started);
        var test = new TrackerTest { Url = url.ToString(), Protocol = TrackerProbe.ProtocolOf(url), Steps = [] };
        if (name.Error is { } unknown)
            return test with { Steps = [new TrackerTestStep("resolve", TrackerVerdict.Failed, resolving, PlainText.Of(unknown), TrackerAdvice.Name)] };
        TrackerTestRoute[] routes = await Task.WhenAll(Families(name).Select(async family =>
        {
            Task<TrackerTestRoute> route = await loop.InvokeAsync(now => probe.TestAsync(url, family, patience, now)).ConfigureAwait(false);
            return await route.WaitAsync(cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
        return test with
        {
            Steps = [new TrackerTestStep("resolve", TrackerVerdict.Passed, resolving, string.Join(", ", name.Addresses.Take(8)))],
            Routes = routes,
        };
    }

    private static string Redacted(string text) => UrlSecrets.RedactUrl(PlainText.Of(text));

    private static AddressFamily[] Families(ResolvedName name) => [.. name.Addresses.Select(address => address.AddressFamily).Distinct().Order()];
}
