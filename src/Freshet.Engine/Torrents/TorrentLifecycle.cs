using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Queueing;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// When a torrent runs. One run: storage looks and checks (Checking), then the swarm is opened (Downloading, Seeding) for as long as the queue has a place
/// (else Queued), then all is closed: connections, trackers for at most 3 s, files. Another run starts only when the last one is wholly over.
/// </summary>
internal sealed class TorrentLifecycle
{
    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly SwarmGate _gate;
    private readonly RunEnd _end = new();

    // What a torrent whose metainfo was asked for does with its files when it has it.
    private DiskCheck _checkWhenAwake;

    public TorrentLifecycle(Torrent torrent, SessionContext session, ResumeRecord? resume)
    {
        _torrent = torrent;
        _session = session;
        _gate = new SwarmGate(torrent, session);
        Storage = new RunStorage(torrent, session, resume);
        Health = new RunHealth(torrent, session);
    }

    /// <summary>How far the run has come; the session counts those that are not idle.</summary>
    private RunPhase Phase
    {
        get;
        set
        {
            _session.Runs += (value == RunPhase.Idle ? 0 : 1) - (field == RunPhase.Idle ? 0 : 1);
            field = value;
        }
    }

    public TorrentState State { get; private set; } = TorrentState.Stopped;

    public string? Reason { get; private set; }

    /// <summary>Its seat in the session's queue.</summary>
    public QueueSeat Seat => _gate.Seat;

    public GoalWatch Goals => _gate.Goals;

    public RunStorage Storage { get; }

    public RunHealth Health { get; }

    /// <summary>Whether the swarm is open: pieces may come and go.</summary>
    public bool IsOpen => _gate.IsOpen;

    /// <summary>Whether its files are open: blocks may come and go, where the queue lets them.</summary>
    public bool IsReady => Phase == RunPhase.Ready;

    /// <summary>Whether it seeds, or is about to, without being awake.</summary>
    public bool IsResting => Phase == RunPhase.Resting;

    /// <summary>Whether it rests and the queue lets it seed: peers who come wake it, and are let in then.</summary>
    public bool TakesCallers => IsResting && Seat.IsAdmitted;

    /// <summary>Whether nothing is open or under way.</summary>
    public bool IsQuiet => Phase == RunPhase.Idle;

    /// <summary>The queue has other limits.</summary>
    public void LimitsChanged(MonoTime now) => _gate.LimitsChanged(now);

    /// <summary>Begins a run, or another one when the present stop is over.</summary>
    public void Start(MonoTime now)
    {
        Goals.IsLifted |= _end.IsByGoal;
        _end.IsAfterCheck = false;
        Start(_torrent.Spec.Check, now);
    }

    /// <summary>Ends the run.</summary>
    public void Stop(MonoTime now)
    {
        // Stopped by a goal it stays, with its reason.
        if (!_end.IsByGoal || !IsQuiet)
            Stop(null, now);
    }

    /// <summary>Ends the run; the torrent is forgotten after it.</summary>
    public void Remove(MonoTime now)
    {
        _end.Removes = true;
        Stop(null, now);
    }

    /// <summary>Hashes everything, then goes on as before.</summary>
    public void Recheck(MonoTime now)
    {
        // Nobody knows yet what there is to be hashed.
        if (_torrent.Fetch is not null)
            return;
        _end.IsAfterCheck |= IsQuiet && State == TorrentState.Stopped;
        Storage.Forget();
        if (Phase is RunPhase.Idle or RunPhase.Waking)
        {
            Start(DiskCheck.Full, now);
            return;
        }

        _end.ThenChecks();
        Storage.CheckProgress = 0;

        // Told at once: whoever waits for the check must not take what was known before for its result.
        SetState(TorrentState.Checking, null);
        BeginStop(now);
    }

    /// <summary>A goal of seeding is reached.</summary>
    public void GoalReached(string reason, GoalAction action, MonoTime now)
    {
        _session.Effects.Publish(new GoalReachedNotice(_torrent.Id, reason, action));
        if (action == GoalAction.Stop)
            Stop(reason, now);
    }

    /// <summary>Ends the run because of trouble that needs a person.</summary>
    public void Fail(string reason, MonoTime now)
    {
        _end.Fails(reason);
        BeginStop(now);
    }

    /// <summary>Storage would hash what is in doubt: that waits for its turn.</summary>
    public void CheckNeeded(MonoTime now)
    {
        if (IsResting)
        {
            // What was taken for whole is not, or not certainly.
            Phase = RunPhase.Opening;
            _gate.Close(now);
        }

        _gate.Want(QueueKind.Check, now);
    }

    /// <summary>Storage knows what is there: open the swarm.</summary>
    public void Opened(MonoTime now)
    {
        _session.Touched.Add(_torrent);
        bool hasPlace = TakesCallers;
        Phase = RunPhase.Ready;
        if (_end.IsAfterCheck)
        {
            _end.IsAfterCheck = false;
            BeginStop(now);
            return;
        }

        Storage.Opened();
        Health.Begin();
        if (_torrent.IsWhole)
            _torrent.Trackers.WasComplete();
        _torrent.Sharing.Opened();
        bool keepsPlace = Seat is { Wants: QueueKind.Download, IsAdmitted: true } && !_torrent.Picker.IsComplete;
        if (keepsPlace || (hasPlace && _torrent.Picker.IsComplete))
            _gate.Open(now);
        _gate.Want(_torrent.Picker.IsComplete ? QueueKind.Seed : QueueKind.Download, now);
        if (keepsPlace)
            Show();
        _torrent.Slumber.Opened(now);
    }

    /// <summary>The files are closed, for the end of the run or for sleep.</summary>
    public void StorageClosed(MonoTime now)
    {
        Storage.Closed();
        if (IsResting)
        {
            Storage.Forget();
            _torrent.Slumber.FallAsleep(now);
        }

        FinishStop(now);
    }

    /// <summary>The trackers have heard of the end, or have had their time.</summary>
    public void TrackersTold(MonoTime now) => FinishStop(now);

    /// <summary>Nobody is connected or dialled, and all is here: closes the files; the trackers go on being told that it seeds.</summary>
    public void Rest(MonoTime now)
    {
        Phase = RunPhase.Resting;
        _gate.Rest(now);
        Storage.Close(now);
    }

    /// <summary>The torrent has its parts again.</summary>
    public void Woken(ResumeRecord? resume, MonoTime now)
    {
        Storage.Remember(resume);
        if (IsResting)
        {
            OpenStorage(DiskCheck.Auto, now);
        }
        else if (Phase == RunPhase.Waking)
        {
            // Its files are judged by themselves: that is what it was woken for.
            Storage.Forget();
            Phase = RunPhase.Opening;
            OpenStorage(_checkWhenAwake, now);
        }
    }

    /// <summary>The torrent's metadata is known: it goes on as any other, on the connections that it has and at its place in the queue.</summary>
    public void Resolved(ResumeRecord? resume, MonoTime now)
    {
        Storage.Remember(resume);
        if (Phase != RunPhase.Fetching)
            return;
        Phase = RunPhase.Opening;
        OpenStorage(_torrent.Spec.Check, now);
    }

    /// <summary>The last wanted piece came, or other pieces are wanted.</summary>
    public void WantedChanged(MonoTime now)
    {
        if (Phase != RunPhase.Ready)
            return;
        bool isComplete = _torrent.Picker.IsComplete;
        bool wasSeeding = Seat.Wants == QueueKind.Seed;
        if (_torrent.IsWhole)
            _torrent.Trackers.Completed(now);
        _gate.Want(isComplete ? QueueKind.Seed : QueueKind.Download, now);
        if (!isComplete)
            _torrent.Awake.RequestWatch.Begin(now);
        if (IsOpen && isComplete)
            _torrent.Messages.WantNothing(now);
        else if (IsOpen && wasSeeding)
            _torrent.Messages.WantAgain();
        if (isComplete && !wasSeeding)
            _session.Effects.Publish(new TorrentCompletedNotice(_torrent.Id));
    }

    /// <summary>What a run is doing follows from how far it has come, whether the queue lets it, and whether its disk works.</summary>
    public void Show()
    {
        if (Phase == RunPhase.Stopping)
            return;
        if (Health.Trouble is { } trouble)
            SetState(TorrentState.Error, trouble);
        else if (Seat.Wants != QueueKind.None && !Seat.IsAdmitted)
            SetState(TorrentState.Queued, _session.Queue.WhyWaiting(Seat));
        else if (Phase == RunPhase.Fetching)
            SetState(TorrentState.FetchingMetadata, null);
        else if (Phase == RunPhase.Opening || Seat.Wants is QueueKind.None or QueueKind.Check)
            SetState(TorrentState.Checking, null);
        else
            SetState(Seat.Wants == QueueKind.Seed ? TorrentState.Seeding : TorrentState.Downloading, null);
    }

    /// <summary>Payload came in or went out.</summary>
    public void Moved(MonoTime now)
    {
        _gate.PayloadMoved(now);
        Storage.Moved(now);
        _session.Touched.Add(_torrent);
    }

    private void Start(DiskCheck check, MonoTime now)
    {
        if (Phase == RunPhase.Stopping)
        {
            _end.ThenStarts(check);
            return;
        }

        if (Phase != RunPhase.Idle)
            return;
        _end.Clear();
        if (_torrent.Fetch is not null)
        {
            Phase = RunPhase.Fetching;
            _gate.Want(QueueKind.Download, now);
        }
        else if (!_torrent.IsAsleep)
        {
            Phase = RunPhase.Opening;
            OpenStorage(check, now);
        }
        else if (check == DiskCheck.Auto)
        {
            Phase = RunPhase.Resting;
            _gate.Want(QueueKind.Seed, now);
        }
        else
        {
            Phase = RunPhase.Waking;
            _checkWhenAwake = check;
            SetState(TorrentState.Checking, null);
            _torrent.Slumber.Wake();
        }
    }

    private void OpenStorage(DiskCheck check, MonoTime now)
    {
        Show();
        if (Storage.WasWhole)
            _torrent.Trackers.WasComplete();
        Storage.Open(check, now);
    }

    private void Stop(string? goal, MonoTime now)
    {
        _end.Stops(goal);
        Goals.IsLifted = false;
        BeginStop(now);
    }

    private void BeginStop(MonoTime now)
    {
        if (Phase == RunPhase.Stopping)
            return;
        _gate.Leave(now);
        Health.End();
        Phase = RunPhase.Stopping;
        if (_torrent.IsAwake)
            _torrent.Sharing.Closed(now);
        Storage.Close(now);
        FinishStop(now);
    }

    private void FinishStop(MonoTime now)
    {
        if (Phase != RunPhase.Stopping || _torrent.Trackers.IsAnnouncing || Storage.Current is not null)
            return;
        Phase = RunPhase.Idle;
        if (_end.Removes)
        {
            SetState(TorrentState.Stopped, null);
            _session.Stopped!(_torrent, now);
        }
        else if (_end.TakeNext() is { } check)
        {
            Start(check, now);
        }
        else
        {
            SetState(_end.State, _end.Reason);
        }
    }

    private void SetState(TorrentState state, string? reason)
    {
        if (state == State && reason == Reason)
            return;
        State = state;
        Reason = reason;
        _session.Touched.Add(_torrent);
        _session.Effects.Publish(new TorrentStateNotice(_torrent.Id, state, reason));
    }
}
