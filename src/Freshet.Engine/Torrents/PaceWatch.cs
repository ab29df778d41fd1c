using Freshet.Core;
using Freshet.Engine.Queueing;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Finds out whether an active torrent moves so little that it does not count in the queue. One that moves nothing is not looked at again before it does, and where
/// nothing is counted none is looked at.
/// </summary>
internal sealed class PaceWatch
{
    /// <summary>Long enough that a pause between two peers does not make room for another torrent that would have to go again at once.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly QueueSeat _seat;
    private readonly TorrentFigures _figures;
    private readonly SessionContext _session;

    // Made when it is first set: most sessions count nothing.
    private Deadline? _look;
    private long _seen;
    private bool _isOn;
    private bool _isResting;

    public PaceWatch(QueueSeat seat, TorrentFigures figures, SessionContext session)
    {
        _seat = seat;
        _figures = figures;
        _session = session;
    }

    /// <summary>The torrent was admitted: it counts, at first.</summary>
    public void Begin(MonoTime now)
    {
        _isOn = true;
        Count(now);
    }

    /// <summary>The queue has other limits: perhaps it counts now who is active.</summary>
    public void LimitsChanged(MonoTime now)
    {
        if (_isOn && !_isResting && _look is null or { At.IsNever: true })
            Count(now);
    }

    /// <summary>The torrent is not active any more.</summary>
    public void End()
    {
        _isOn = _isResting = false;
        _look?.Clear();
    }

    /// <summary>Payload came in or went out.</summary>
    public void Moved(MonoTime now)
    {
        if (!_isResting)
            return;

        // One block after an hour is no life yet: the next look says.
        _isResting = false;
        LookLater(now);
    }

    private void Count(MonoTime now)
    {
        if (_session.Queue.Limits is { Downloads: null, Seeds: null, Active: null })
            return;
        _isResting = false;
        _seen = Total;
        LookLater(now);
    }

    private void LookLater(MonoTime now) => (_look ??= new Deadline(_session.Deadlines, Look)).Set(now + Interval);

    // A download that only gives is slow, and so is a seed that only takes.
    private long Total => _seat.Wants == QueueKind.Seed ? _figures.Uploaded : _figures.Downloaded;

    private void Look(MonoTime now)
    {
        long moved = Total - _seen;
        _seen += moved;
        _session.Queue.SetSlow(_seat, moved < _session.Queue.Limits.SlowRate * Interval.TotalSeconds, now);
        if (moved == 0)
            _isResting = true;
        else
            LookLater(now);
    }
}
