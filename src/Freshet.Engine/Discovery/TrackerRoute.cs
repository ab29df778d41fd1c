using System.Net.Sockets;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>
/// A tracker over one address family and in one swarm: the tracker knows us by our address, so each family is announced by itself, with events and intervals of its
/// own, and so is each swarm of a hybrid.
/// </summary>
internal sealed class TrackerRoute : ITrackerCaller
{
    private readonly Announcer _announcer;
    private TrackerCall? _call;
    private AnnounceEvent _sending;
    private ReadOnlyMemory<byte>? _trackerId;
    private TransferFigures _told;
    private bool _isAnnounced;
    private bool _isHurried;

    public TrackerRoute(Announcer announcer, Tracker tracker, AddressFamily? family, InfoHash swarm)
    {
        _announcer = announcer;
        Swarm = swarm;
        Tracker = tracker;
        Family = family;
        Schedule = new TrackerSchedule(announcer.Share);
    }

    public Tracker Tracker { get; }

    public AddressFamily? Family { get; }

    public InfoHash Swarm { get; }

    public TrackerSchedule Schedule { get; }

    /// <summary>Whether there was a good answer in this run. What it said is not kept: torrents are many.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>How many peers the last good answer of this run named.</summary>
    public int PeersNamed { get; private set; }

    /// <summary>What the last announce ended with, where a person should know.</summary>
    public string? Message { get; private set; }

    /// <summary>Whether an announce waits or is under way.</summary>
    public bool IsBusy => _call is not null;

    /// <summary>Whether an announce is under way.</summary>
    public bool IsAsking => _call is { IsUnderWay: true };

    /// <summary>Whether the tracker has answered in this run and knows us.</summary>
    public bool IsAnnounced => _isAnnounced;

    /// <summary>When to announce next.</summary>
    /// <param name="wantsPeers">Whether more peers are of use now.</param>
    public MonoTime DueAt(bool wantsPeers)
    {
        if (_call is not null)
            return MonoTime.Never;
        if (OwesCompleted)
            return MonoTime.Zero;
        bool mayHurry = wantsPeers && Schedule is { Failures: 0, HasMinInterval: true };
        MonoTime due = mayHurry ? MonoTime.Min(Schedule.NextAt, Schedule.EarliestAt) : Schedule.NextAt;
        return (_isHurried || Tracker.IsHurried) && !Schedule.IsNever ? MonoTime.Min(due, Schedule.HurriedAt) : due;
    }

    /// <summary>Forgets the last run.</summary>
    public void Restart()
    {
        Schedule.Restart();
        _isAnnounced = _isHurried = false;
        HasAnswer = false;
        PeersNamed = 0;
    }

    /// <summary>The figures that the tracker should know have changed: it is told as soon as the 30 s rule allows.</summary>
    public void Hurry() => _isHurried = true;

    /// <summary>An announce that waits may have become urgent.</summary>
    public void Hasten(MonoTime now) => _call?.Hasten(now);

    public void Announce(MonoTime now)
    {
        Schedule.Asked(now);
        _sending = !_isAnnounced ? AnnounceEvent.Started
            : OwesCompleted ? AnnounceEvent.Completed
            : _announcer.IsPartialSeed ? AnnounceEvent.Paused
            : AnnounceEvent.None;
        if (!Tracker.HasSession)
            _announcer.OpenAccount(Tracker);
        _call = _announcer.Exchanges.Announce(Tracker.Url, Family, _announcer.PatienceFor(Tracker), this, now);
    }

    /// <summary>
    /// Another tracker has the turn: begins anew when the turn comes back. Without a goodbye: the trackers may share what they know (BEP 12), and it would take off
    /// the list whom the other has just put there.
    /// </summary>
    public void Leave(MonoTime now)
    {
        bool wasAsking = IsBusy;
        Cancel(now);
        _isAnnounced = _isHurried = false;
        if (Schedule.Failures == 0)
            Schedule.Restart();
        else if (wasAsking)
            Schedule.Failed(null, isNewTorrent: false, now);
    }

    /// <summary>Gives up what is under way and says goodbye to a tracker that may know us.</summary>
    public void Stop(MonoTime now)
    {
        bool mayKnowUs = _isAnnounced || IsAsking;
        Cancel(now);
        _isAnnounced = _isHurried = false;
        if (!mayKnowUs || Schedule.IsNever)
            return;
        _sending = AnnounceEvent.Stopped;
        _call = _announcer.Exchanges.Announce(Tracker.Url, Family, Announcer.StopPatience, this, now);
    }

    public void Cancel(MonoTime now)
    {
        TrackerCall? call = _call;
        _call = null;
        call?.Cancel(now);
    }

    /// <summary>Whether it is this route that tells the tracker of the completion: trackers count completions, so one family of each swarm tells.</summary>
    private bool OwesCompleted => Tracker.OwesCompleted(Swarm) && _isAnnounced && Schedule is { Failures: 0, IsNever: false } && Tracker.SpeakerOf(Swarm) == this;

    /// <summary>Trackers like to repeat a passkey in what they say.</summary>
    private string? Scrub(string? text) => text is null ? null : Tracker.Url.Scrub(text);

    /// <inheritdoc/>
    public bool IsUrgent => _sending == AnnounceEvent.Stopped || _isHurried || Tracker.IsHurried || _announcer.IsFetching;

    /// <inheritdoc/>
    public AnnounceRequest MakeRequest(MonoTime now) => _announcer.MakeRequest(this, _sending, _trackerId, out _told, now);

    /// <inheritdoc/>
    public void Announced(TrackerOutcome outcome, MonoTime now)
    {
        _call = null;
        if (_sending == AnnounceEvent.Stopped)
        {
            _announcer.RouteStopped(now);
            return;
        }

        _isHurried = false;
        if (outcome.Answer is { Failure: null } answer)
        {
            _isAnnounced = true;
            Tracker.Account.Taken(Swarm);
            if (_sending == AnnounceEvent.Completed)
                _announcer.CompletedTold(Tracker, Swarm);
            _announcer.Settle(_told);
            _trackerId = answer.TrackerId ?? _trackerId;
            HasAnswer = true;
            PeersNamed = answer.Peers.Count;
            Tracker.Counted(Swarm, answer);
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
