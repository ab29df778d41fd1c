using Freshet.Core;
using Freshet.Engine.Queueing;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Finds out whether an active torrent moves so little that it does not count in the queue. One that moves nothing is not looked at again before it does.
/// </summary>
internal sealed class PaceWatch
{
    /// <summary>Long enough that a pause between two peers does not make room for another torrent that would have to go again at once.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly QueueSeat _seat;
    private readonly TorrentFigures _figures;
    private readonly SessionContext _session;
    private readonly Deadline _look;
    private long _seen;
    private bool _isResting;

    public PaceWatch(QueueSeat seat, TorrentFigures figures, SessionContext session)
    {
        _seat = seat;
        _figures = figures;
        _session = session;
        _look = new Deadline(session.Deadlines, Look);
    }

    /// <summary>The torrent was admitted: it counts, at first.</summary>
    public void Begin(MonoTime now)
    {
        _isResting = false;
        _seen = Total;
        _look.Set(now + Interval);
    }

    /// <summary>The torrent is not active any more.</summary>
    public void End()
    {
        _isResting = false;
        _look.Clear();
    }

    /// <summary>Payload came in or went out.</summary>
    public void Moved(MonoTime now)
    {
        if (!_isResting)
            return;

        // One block after an hour is no life yet: the next look says.
        _isResting = false;
        _look.Set(now + Interval);
    }

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
            _look.Set(now + Interval);
    }
}
