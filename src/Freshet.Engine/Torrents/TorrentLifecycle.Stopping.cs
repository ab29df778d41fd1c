using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Queueing;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <content>How a run ends: for good, for trouble, or for another run.</content>
internal sealed partial class TorrentLifecycle
{
    /// <summary>Ends the run.</summary>
    public void Stop(MonoTime now)
    {
        // Stopped by a goal it stays, with its reason.
        if (_goal is null || !IsQuiet)
            Stop(null, now);
    }

    /// <summary>Ends the run; the torrent is forgotten after it.</summary>
    public void Remove(MonoTime now)
    {
        _removeAfterStop = true;
        Stop(null, now);
    }

    /// <summary>Hashes everything, then goes on as before.</summary>
    public void Recheck(MonoTime now)
    {
        bool wasStopped = IsQuiet && State == TorrentState.Stopped;
        _resume = null;
        if (Storage is not null || _isStopping || IsResting)
        {
            _startAfterStop = DiskCheck.Full;
            CheckProgress = 0;
            // Told at once: whoever waits for the check must not take what was known before for its result.
            SetState(TorrentState.Checking, null);
            BeginStop(now);
            return;
        }

        Start(DiskCheck.Full, now);
        _stopAfterCheck = wasStopped;
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
        _failure = reason;
        _stopAfterCheck = false;
        BeginStop(now);
    }

    public void StorageClosed(MonoTime now)
    {
        _resume = Storage?.LastRecord is { } last ? last with { BootId = _torrent.Spec.BootId } : _resume;
        Storage = null;
        if (IsResting && !_isStopping)
        {
            _resume = null;
            _torrent.Slumber.FallAsleep();
        }

        FinishStop(now);
    }

    private void Stop(string? goal, MonoTime now)
    {
        _startAfterStop = null;
        _stopAfterCheck = false;
        _failure = null;
        _goal = goal;
        Goals.IsLifted = false;
        BeginStop(now);
    }

    private void CloseSwarm(MonoTime now)
    {
        IsOpen = false;
        Pace.End();
        Goals.End();
        _torrent.Figures.SetSeeding(false, now);
        _torrent.Slumber.Dismiss();
        if (!_torrent.IsAsleep)
            _torrent.Connector.CloseAll(DisconnectReason.TorrentStopped, now);
        _torrent.Trackers.Stop(now, FinishStop);
    }

    private void BeginStop(MonoTime now)
    {
        if (_isStopping)
            return;
        _session.Queue.Want(Seat, QueueKind.None, now);
        CloseSwarm(now);
        _isReady = false;
        IsResting = false;
        _trouble = null;
        _isStopping = true;
        _count.Clear();
        CountForRecord(now);
        Storage?.Stop(now);
        FinishStop(now);
    }

    private void FinishStop(MonoTime now)
    {
        if (!_isStopping || _torrent.Trackers.IsAnnouncing || Storage is not null)
            return;
        _isStopping = false;
        if (_removeAfterStop)
        {
            SetState(TorrentState.Stopped, null);
            Removed?.Invoke(now);
            return;
        }

        if (_startAfterStop is { } check)
        {
            _startAfterStop = null;
            Start(check, now);
            return;
        }

        SetState(_failure is null ? TorrentState.Stopped : TorrentState.Error, _failure ?? _goal);
    }
}
