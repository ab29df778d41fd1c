using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>How an announce ended.</summary>
/// <param name="Answer">What the tracker answered, refusals included; null where nothing usable came.</param>
/// <param name="Error">What went wrong, without secrets; null with an answer.</param>
/// <param name="Remote">Who answered, where that is known.</param>
public sealed record TrackerOutcome(AnnounceAnswer? Answer, string? Error, IPAddress? Remote);

/// <summary>Who makes an announce.</summary>
public interface ITrackerCaller
{
    /// <summary>What to tell the tracker, asked when the announce is sent, so that its figures are of that moment.</summary>
    AnnounceRequest MakeRequest(MonoTime now);

    /// <summary>The announce ended; not called after <see cref="TrackerAnnounce.Cancel"/>.</summary>
    void Announced(TrackerOutcome outcome, MonoTime now);
}

/// <summary>One announce to one tracker over one address family, from waiting for a place to its end. HTTP and UDP differ in what is between.</summary>
public abstract class TrackerAnnounce : ITrackerPlaceHolder
{
    private readonly ITrackerCaller _caller;

    private protected TrackerAnnounce(TrackerExchanges exchanges, TrackerUrl url, AddressFamily? family, TimeSpan timeout, ITrackerCaller caller)
    {
        Exchanges = exchanges;
        Url = url;
        Family = family;
        Timeout = timeout;
        _caller = caller;
        Host = $"{url.Host}:{url.Port}";
    }

    /// <inheritdoc/>
    public string Host { get; }

    /// <summary>Whether the announce has a place and so may have reached the tracker.</summary>
    public bool IsUnderWay { get; private set; }

    private protected TrackerExchanges Exchanges { get; }

    private protected abstract TrackerPlaces Places { get; }

    private protected bool IsOver { get; private set; }

    /// <summary>The tracker's announce URL.</summary>
    private protected TrackerUrl Url { get; }

    private protected AddressFamily? Family { get; }

    private protected TimeSpan Timeout { get; }

    /// <inheritdoc/>
    public void Granted(MonoTime now)
    {
        IsUnderWay = true;
        Send(_caller.MakeRequest(now), now);
    }

    /// <summary>Gives the announce up; what may still come of it is ignored.</summary>
    public void Cancel(MonoTime now)
    {
        if (IsOver)
            return;
        IsOver = true;
        if (!IsUnderWay)
        {
            Places.Withdraw(this);
            return;
        }

        Abandon();
        Places.Leave(this, answered: null, now);
    }

    private protected abstract void Send(AnnounceRequest request, MonoTime now);

    /// <summary>Takes the announce out of whatever waits for its answer.</summary>
    private protected abstract void Abandon();

    private protected void Fail(string error, IPAddress? remote, MonoTime now) => Finish(new TrackerOutcome(null, error, remote), now);

    private protected void Finish(TrackerOutcome outcome, MonoTime now)
    {
        if (IsOver)
            return;
        IsOver = true;
        Abandon();
        Places.Leave(this, outcome.Answer is not null || outcome.Remote is not null, now);
        _caller.Announced(outcome, now);
    }
}
