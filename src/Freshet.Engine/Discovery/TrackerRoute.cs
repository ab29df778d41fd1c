using System.Net.Sockets;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>
/// A tracker over one address family: the tracker knows us by our address, so each family is announced by itself, with events and intervals of its own.
/// </summary>
internal sealed class TrackerRoute : ITrackerCaller
{
    private readonly Announcer _announcer;
    private TrackerAnnounce? _call;
    private AnnounceEvent _sending;
    private ReadOnlyMemory<byte>? _trackerId;
    private bool _isAnnounced;
    private bool _owesCompleted;

    public TrackerRoute(Announcer announcer, Tracker tracker, AddressFamily? family)
    {
        _announcer = announcer;
        Tracker = tracker;
        Family = family;
    }

    public Tracker Tracker { get; }

    public AddressFamily? Family { get; }

    public TrackerSchedule Schedule { get; } = new();

    /// <summary>The last good answer of this run.</summary>
    public AnnounceAnswer? Answer { get; private set; }

    /// <summary>What the last announce ended with, where a person should know.</summary>
    public string? Message { get; private set; }

    /// <summary>Whether an announce waits or is under way.</summary>
    public bool IsBusy => _call is not null;

    /// <summary>Whether an announce is under way.</summary>
    public bool IsAsking => _call is { IsUnderWay: true };

    /// <summary>When to announce next.</summary>
    /// <param name="wantsPeers">Whether more peers are of use now.</param>
    public MonoTime DueAt(bool wantsPeers)
    {
        if (_call is not null)
            return MonoTime.Never;
        if (_owesCompleted && Schedule.Failures == 0)
            return Schedule.IsNever ? MonoTime.Never : MonoTime.Zero;
        bool mayHurry = wantsPeers && Schedule is { Failures: 0, HasMinInterval: true };
        MonoTime due = mayHurry ? MonoTime.Min(Schedule.NextAt, Schedule.EarliestAt) : Schedule.NextAt;
        return Tracker.IsHurried && !Schedule.IsNever ? MonoTime.Min(due, Schedule.HurriedAt) : due;
    }

    /// <summary>Forgets the last run.</summary>
    public void Restart()
    {
        Schedule.Restart();
        _isAnnounced = _owesCompleted = false;
        Answer = null;
    }

    /// <summary>The download is complete: the tracker is told, once, and soon.</summary>
    public void Completed() => _owesCompleted = true;

    public void Announce(MonoTime now)
    {
        Schedule.Asked(now);
        _sending = !_isAnnounced ? AnnounceEvent.Started : _owesCompleted ? AnnounceEvent.Completed : AnnounceEvent.None;
        TimeSpan patience = Tracker.Url.Protocol == TrackerProtocol.Udp ? Announcer.UdpPatience : Announcer.HttpPatience;
        _call = _announcer.Exchanges.Begin(Tracker.Url, Family, patience, this, now);
    }

    /// <summary>Gives up what is under way and says goodbye to a tracker that may know us.</summary>
    public void Stop(MonoTime now)
    {
        bool mayKnowUs = _isAnnounced || IsAsking;
        Cancel(now);
        if (!mayKnowUs || Schedule.IsNever)
            return;
        _sending = AnnounceEvent.Stopped;
        _call = _announcer.Exchanges.Begin(Tracker.Url, Family, Announcer.StopPatience, this, now);
    }

    public void Cancel(MonoTime now)
    {
        TrackerAnnounce? call = _call;
        _call = null;
        call?.Cancel(now);
    }

    /// <summary>Trackers like to repeat a passkey in what they say.</summary>
    private string? Scrub(string? text) => text is null ? null : Tracker.Url.Scrub(text);

    /// <inheritdoc/>
    public AnnounceRequest MakeRequest(MonoTime now) => _announcer.MakeRequest(_sending, _trackerId);

    /// <inheritdoc/>
    public void Announced(TrackerOutcome outcome, MonoTime now)
    {
        _call = null;
        if (_sending == AnnounceEvent.Stopped)
        {
            _announcer.RouteStopped(now);
            return;
        }

        if (outcome.Answer is { Failure: null } answer)
        {
            _isAnnounced = true;
            if (_sending == AnnounceEvent.Completed)
                _owesCompleted = false;
            _trackerId = answer.TrackerId ?? _trackerId;
            Answer = answer;
            Message = Scrub(answer.Warning);
            Schedule.Answered(answer.Interval, answer.MinInterval, now);
        }
        else
        {
            Message = Scrub(outcome.Answer?.Failure ?? outcome.Error);
            TimeSpan? retryIn = outcome.Answer is { NeverRetry: true } ? TimeSpan.MaxValue : outcome.Answer?.RetryIn;
            Schedule.Failed(retryIn, isNewTorrent: !_announcer.HasAnswer, now);
        }

        _announcer.RouteAnnounced(this, outcome, now);
    }
}
