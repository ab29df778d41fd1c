using Freshet.Core;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus): fills the line while nobody else wants it, and holds the queue at 60 ms. It grows slower than TCP, shrinks by how far the queue is
/// above the target, and stands back at regular times for two round trips, so that every flow sees the line without its queue. It goes beyond the draft where that is slow or
/// unfair on lines of today: the queue is measured one way, growth below the target is by the root of the window while nothing is lost, an empty line is taken by slow start, and
/// who sees that it took a standing queue for the line returns with care. docs/utp-congestion.md says why.
/// </summary>
internal sealed class LedbatPlusPlus : ICongestionController
{
    // The draft's target: a call or a game that shares the line stays usable, and coarse clocks still measure it.
    private const double Target = 60_000;

    // The first slow start ends before the target, for what it sent in the last round trip is still to come.
    private const double StartLimit = 0.75 * Target;

    // So little waits that the line is not full for much longer: whoever filled it is gone.
    private const double NearlyEmpty = 0.25 * Target;

    // A flow that returns lifts the queue of others at their target by a tenth; half above it, it is not theirs but of somebody who goes first.
    private const double ReturnLimit = 1.5 * Target;

    // Growth is at least 1/16 of TCP's: the draft's bound where the round trip is a small part of the target.
    private const double SmallestGain = 1.0 / 16;

    // Near its limit slow start goes on at a quarter of its pace: what it overshoots by is a quarter as well.
    private const double LeastPace = 0.25;

    // RFC 3390: four packets are 5 KB, 40 ms on a line of 1 Mbit/s. TCP's ten of today would already be above the target there.
    private const int FirstPackets = 4;

    // So few packets on a line without a queue grow as TCP's do: nobody is hurt by them, and a line that loses one packet in twenty never lets a sixteenth of that grow at all.
    private const int SmallPackets = 16;

    // Two at least where the queue is not ours to drain, so that one lost packet is found by the next and not by a time-out.
    private const int FewestPackets = 2;

    // Where packets are lost the queue is not what tells of others: then growth is the draft's, below TCP's. Longer than TCP needs from one loss to the next on most lines.
    private static readonly TimeSpan LossMemory = TimeSpan.FromSeconds(15);

    private readonly QueueDelay _queue = new();
    private Phase _phase = Phase.Start;
    private int _packet;
    private double _window;

    // The most since it was last lowered by a loss: to half of it an empty line is taken at once.
    private double _height = double.MaxValue;
    private double _smoothed;
    private MonoTime _reducedAt = new(long.MinValue);
    private MonoTime _lossesUntil = new(long.MinValue);

    // Where it is to come back to after it stood back.
    private double _goal;
    private long _delivered;
    private StandBackClock _standBack = new();
    private OpenLosses _losses;
    private Saved _saved;

    /// <summary>Begins with a few packets.</summary>
    /// <param name="packetSize">Bytes of payload of a packet.</param>
    public LedbatPlusPlus(int packetSize)
    {
        _packet = packetSize;
        _window = FirstPackets * packetSize;
    }

    private enum Phase : byte
    {
        /// <summary>The first slow start: the line is not known yet.</summary>
        Start,

        /// <summary>Holds the queue at the target.</summary>
        Steady,

        /// <summary>Two packets, until one that was sent so is acknowledged.</summary>
        StandBack,

        /// <summary>Slow start back to where it was.</summary>
        Return,
    }

    /// <inheritdoc/>
    public long Window => (long)_window;

    /// <inheritdoc/>
    public long PacingRate
    {
        get
        {
            // Above the window's own rate, or the pacer and not the window would govern: by two where the window may double in a round trip, else by a quarter.
            double factor = _phase is Phase.Start or Phase.Return ? 2 : 1.25;
            return _smoothed > 0 ? (long)(factor * _window * TimeSpan.MicrosecondsPerSecond / _smoothed) : 0;
        }
    }

    private double Fewest => FewestPackets * _packet;

    /// <inheritdoc/>
    public void SetPacketSize(int bytes)
    {
        _packet = bytes;
        _window = Math.Max(_window, Fewest);
    }

    /// <inheritdoc/>
    public void OnAcked(in UtpAckSample sample)
    {
        _queue.Note(sample);
        _smoothed = sample.SmoothedRoundTrip.TotalMicroseconds;
        _delivered = sample.Delivered;
        switch (_phase)
        {
            case Phase.Start when _queue.Microseconds > StartLimit:
                EndStart(sample.Now);
                break;
            case Phase.Start:
                GrowFast(sample, _height, Gain());
                break;
            case Phase.Steady when _standBack.IsDue(sample.Now) && !sample.IsAppLimited:
                StandBack(sample.Now);
                break;
            case Phase.Steady:
                Hold(sample);
                break;
            case Phase.StandBack when _standBack.HasSeenLine(sample):
                LookAtLine(sample.Now);
                _phase = Phase.Return;
                break;
            case Phase.Return:
                GrowFast(sample, _goal, _window < _goal / 2 ? 1 : Gain());
                if (_window >= _goal || _queue.Microseconds > (_standBack.IsLineShorter ? Target : ReturnLimit))
                    EndReturn(sample.Now);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnLost(in UtpLossSample sample)
    {
        // What was sent before the last reduction was lost to the same full queue.
        if (sample.SentAt <= _reducedAt)
        {
            _losses.Add();
            return;
        }

        _losses.Begin();
        _saved = new Saved(_phase, _window, _goal, _height, _lossesUntil);
        _reducedAt = sample.Now;
        _lossesUntil = sample.Now + LossMemory;
        if (_phase == Phase.StandBack)
        {
            LowerGoal(_goal);
            return;
        }

        LowerGoal(_window);
        _window = _goal;
        if (_phase == Phase.Start)
            ScheduleFirst(sample.Now);
        else if (_phase == Phase.Return)
            EndReturn(sample.Now);
        _phase = Phase.Steady;
    }

    /// <inheritdoc/>
    public void OnNotLost(int packets, MonoTime now)
    {
        if (!_losses.Withdraw(packets))
            return;
        (_goal, _height, _lossesUntil) = (_saved.Goal, _saved.Height, _saved.LossesUntil);
        if (_phase != Phase.Steady || _saved.Phase == Phase.StandBack)
            return;
        _window = Math.Max(_window, _saved.Window);
        _phase = _saved.Phase;
    }

    /// <inheritdoc/>
    public void OnTimeout(MonoTime now)
    {
        _losses.Forget();

        // While it stands back or returns the goal is known already: a second time-out of one silence does not lower it again.
        if (_phase is Phase.Start or Phase.Steady)
            LowerGoal(_window);
        ReturnFrom(_packet, now);
    }

    /// <inheritdoc/>
    public void OnIdle(TimeSpan idle, MonoTime now)
    {
        _queue.ForgetRecent();

        // The queue that was ours is gone, and what the line gives may be another's by now: what was reached is come back to by slow start (RFC 5681, 4.1).
        if (idle.TotalMicroseconds < Math.Max(2 * _smoothed, 1_000_000) || _window <= FirstPackets * _packet)
            return;
        if (_phase == Phase.Start)
        {
            _window = FirstPackets * _packet;
            return;
        }

        if (_phase == Phase.Steady)
            _goal = _window;
        ReturnFrom(FirstPackets * _packet, now);
    }

    /// <summary>The share of TCP's growth that is taken: less on short paths, where the queue would rise from nothing to the target within a few round trips.</summary>
    private double Gain()
    {
        if (_queue.BaseRoundTrip == long.MaxValue || (_window < SmallPackets * _packet && _queue.Microseconds < NearlyEmpty))
            return 1;
        double roundTripsToTarget = Math.Ceiling(2 * Target / Math.Max(_queue.BaseRoundTrip, 1));
        return Math.Max(1 / roundTripsToTarget, SmallestGain);
    }

    private void GrowFast(in UtpAckSample sample, double most, double gain)
    {
        if (sample.IsAppLimited || _window >= most)
            return;
        double pace = Math.Clamp(1 - (_queue.Microseconds / StartLimit), LeastPace, 1);
        _window = Math.Min(_window + (gain * pace * sample.Bytes), most);
    }

    private void Hold(in UtpAckSample sample)
    {
        if (_queue.Microseconds < NearlyEmpty && _window < _height / 2)
            GrowFast(sample, _height / 2, Gain());
        else
            Adjust(sample);
        _height = Math.Max(_height, _window);
    }

    /// <summary>
    /// So much more in a round trip as the gain says; above the target as much less as the queue is too long, half at most. Both by parts, with each acknowledgement.
    /// </summary>
    private void Adjust(in UtpAckSample sample)
    {
        double change = Gain() * _packet;
        if (sample.Now > _lossesUntil)
            change *= Math.Max(1, Math.Sqrt(_window / _packet));
        double excess = (_queue.Microseconds / Target) - 1;
        if (excess > 0)
            change = Math.Max(change - (_window * excess), -_window / 2);
        if (change < 0 || !sample.IsAppLimited)
            _window = Math.Max(_window + (change * Math.Min(sample.Bytes / _window, 1)), Fewest);
    }

    private void EndStart(MonoTime now)
    {
        _window = Math.Max(_window / (1 + (Gain() / 2)), Fewest);
        _height = _window;
        _phase = Phase.Steady;
        ScheduleFirst(now);
    }

    private void ScheduleFirst(MonoTime now) => _standBack.ScheduleFirst(_smoothed, _queue.BaseRoundTrip, now);

    private void StandBack(MonoTime now)
    {
        _losses.Forget();
        _goal = _window;
        if (_window > _height / 2)
            _height = _window;
        _window = Fewest;
        _standBack.Begin(_delivered, now);
        _phase = Phase.StandBack;
    }

    private void LookAtLine(MonoTime now)
    {
        _standBack.Look(_queue.BaseRoundTrip);

        // What was lost was lost to a queue that we did not see: now we do.
        if (_standBack.IsLineShorter)
            _lossesUntil = now;
    }

    private void LowerGoal(double window) => _goal = _height = Math.Max(window / 2, Fewest);

    private void ReturnFrom(double window, MonoTime now)
    {
        _reducedAt = now;
        _window = window;
        _standBack.ReturnOnly(now);
        _phase = Phase.Return;
    }

    private void EndReturn(MonoTime now)
    {
        if (_standBack.IsLineShorter)
            _height = _window;
        _standBack.End(now);
        _phase = Phase.Steady;
    }

    private readonly record struct Saved(Phase Phase, double Window, double Goal, double Height, MonoTime LossesUntil);
}
