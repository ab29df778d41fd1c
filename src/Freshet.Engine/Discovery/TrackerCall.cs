using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>One question to one tracker over one address family, from waiting for a place to its end. HTTP and UDP differ in what is between.</summary>
public abstract class TrackerCall : ITrackerPlaceHolder
{
    private protected TrackerCall(TrackerExchanges exchanges, TrackerUrl url, AddressFamily? family, TimeSpan timeout, TrackerQuestion question)
    {
        Exchanges = exchanges;
        Url = url;
        Family = family;
        Timeout = timeout;
        Question = question;
    }

    /// <inheritdoc/>
    string ITrackerPlaceHolder.Host => Url.HostAndPort;

    /// <inheritdoc/>
    public bool IsUrgent => Question.IsUrgent;

    /// <inheritdoc/>
    LinkedListNode<ITrackerPlaceHolder>? ITrackerPlaceHolder.Waiting { get; set; }

    /// <summary>Whether the call has a place and so may have reached the tracker.</summary>
    public bool IsUnderWay { get; private set; }

    private protected TrackerExchanges Exchanges { get; }

    private protected abstract TrackerPlaces Places { get; }

    private protected bool IsOver { get; private set; }

    private protected TrackerQuestion Question { get; }

    /// <summary>Who follows the call, or nobody.</summary>
    internal ITrackerTrace? Trace { get; init; }

    /// <summary>The tracker's announce URL.</summary>
    private protected TrackerUrl Url { get; }

    private protected AddressFamily? Family { get; }

    private protected TimeSpan Timeout { get; }

    /// <inheritdoc/>
    public void Granted(MonoTime now)
    {
        IsUnderWay = true;
        Question.Prepare(now);
        Send(now);
    }

    /// <summary>The question may have become urgent.</summary>
    public void Hasten(MonoTime now) => Places.Hasten(this, now);

    /// <summary>Gives the call up; what may still come of it is ignored.</summary>
    public void Cancel(MonoTime now)
    {
        if (IsOver)
            return;
        IsOver = true;
        if (!IsUnderWay)
        {
            Places.Withdraw(this, now);
            return;
        }

        Abandon();
        Places.Leave(this, answered: null, now);
    }

    private protected abstract void Send(MonoTime now);

    /// <summary>Takes the call out of whatever waits for its answer.</summary>
    private protected abstract void Abandon();

    private protected void Fail(string error, IPAddress? remote, MonoTime now) => Finish(error, remote, now);

    /// <summary>Ends the call: with an error, or with the answer that the question has taken.</summary>
    private protected void Finish(string? error, IPAddress? remote, MonoTime now)
    {
        if (IsOver)
            return;
        IsOver = true;
        Abandon();
        Places.Leave(this, error is null || remote is not null, now);
        Question.Ended(error, remote, now);
    }
}
