using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>A question over HTTP or HTTPS: one fetch, or several where the tracker redirects.</summary>
internal sealed class HttpTrackerCall : TrackerCall
{
    private Uri? _current;
    private long _fetch;
    private int _redirects;
    private AddressPolicy _addresses = AddressPolicy.Any;
    private MonoTime _until;

    public HttpTrackerCall(TrackerExchanges exchanges, TrackerUrl url, AddressFamily? family, TimeSpan patience, TrackerQuestion question)
        : base(exchanges, url, family, patience, question)
    {
    }

    private protected override TrackerPlaces Places => Exchanges.HttpPlaces;

    public void Handle(HttpFetchResult result, MonoTime now)
    {
        _fetch = 0;
        Trace?.Fetched(result, now);
        if (result.Error is { } error)
        {
            Fail(error, result.Remote, now);
            return;
        }

        // Once a host out on the internet has answered, no redirect leads back into the local network (THREATS H1).
        if (result.Remote is null || AddressRules.Classify(result.Remote) == AddressScope.Global)
            _addresses = AddressPolicy.GlobalOnly;
        if (RedirectRules.IsRedirect(result.Status))
        {
            Redirect(result, now);
            return;
        }

        if (result.Status != 200)
        {
            Fail($"the tracker answers with HTTP status {result.Status}", result.Remote, now);
            return;
        }

        Finish(Question.Read(result.Body.Span), result.Remote, now);
    }

    private protected override void Send(MonoTime now)
    {
        _until = now + Timeout;
        Fetch(Question.Url(Url), Timeout);
    }

    private protected override void Abandon()
    {
        if (_fetch != 0)
            Exchanges.EndFetch(_fetch);
    }

    private void Redirect(HttpFetchResult result, MonoTime now)
    {
        Uri? next = null;
        string? refusal = ++_redirects > RedirectRules.MaxRedirects
            ? "the tracker redirects too often"
            : RedirectRules.Follow(_current!, result.Location, out next);
        Trace?.Redirected(next, refusal, now);
        if (refusal is not null)
            Fail(refusal, result.Remote, now);
        else if (now >= _until)
            Fail("the tracker took too long", result.Remote, now);
        else
            Fetch(next!, _until - now);
    }

    private void Fetch(Uri url, TimeSpan timeout)
    {
        _current = url;
        _fetch = Exchanges.BeginFetch(this);

        // Who follows the call wants to see it open its connection.
        bool keepOpen = _redirects == 0 && Trace is null && Places.IsAskedOften(this);
        Exchanges.Effects.Fetch(
            new HttpFetch(_fetch, url, Exchanges.UserAgent, TrackerLimits.MaxInflatedBytes, timeout, _addresses, Family, keepOpen));
    }
}
