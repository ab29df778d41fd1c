using Freshet.Core;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>When LEDBAT++ stands back, how it knows that it has seen the line without its own queue, and what it learned there.</summary>
internal struct StandBackClock
{
    // Stands back for a tenth of the time at most: nine times as long as it took until the next.
    private const int RestOfTen = 9;

    // A line that is shorter by this (an eighth of the target) when nothing of ours queues: there was a queue that we took for the line.
    private const long Shorter = 7_500;

    // As often as the length of the line has to be looked at (BBR's number as well); a late flow looks by itself when it has come.
    private static readonly TimeSpan LeastRest = TimeSpan.FromSeconds(10);

    private long _line;
    private long _mark;
    private MonoTime _since;
    private MonoTime _next;

    /// <summary>Nothing is due before <see cref="ScheduleFirst"/>.</summary>
    public StandBackClock() => _next = MonoTime.Never;

    /// <summary>Whether the last look found the line shorter than it was taken for.</summary>
    public bool IsLineShorter { get; private set; }

    /// <summary>Whether it is time.</summary>
    public readonly bool IsDue(MonoTime now) => now >= _next;

    /// <summary>The first slow start is over. It most likely ended in a queue that it made: two round trips later the line is looked at without it.</summary>
    /// <param name="smoothed">The round trip in microseconds.</param>
    /// <param name="line">The least round trip, in microseconds.</param>
    /// <param name="now">The time.</param>
    public void ScheduleFirst(double smoothed, long line, MonoTime now)
    {
        _line = line;
        _next = now + TimeSpan.FromMicroseconds(2 * smoothed);
    }

    /// <summary>Stands back from now on.</summary>
    /// <param name="delivered">Bytes that are acknowledged.</param>
    /// <param name="now">The time.</param>
    public void Begin(long delivered, MonoTime now) => (_mark, _since) = (delivered, now);

    /// <summary>Whether what this acknowledges was sent after the first old packet had arrived, that is with the small window.</summary>
    public readonly bool HasSeenLine(in UtpAckSample sample) => sample.DeliveredAtSend > _mark;

    /// <summary>Remembers how long the line is.</summary>
    public void Look(long line)
    {
        IsLineShorter = _line - line > Shorter;
        _line = line;
    }

    /// <summary>The way back begins without a look: after a silence.</summary>
    public void ReturnOnly(MonoTime now) => (IsLineShorter, _since) = (false, now);

    /// <summary>It is back.</summary>
    public void End(MonoTime now)
    {
        TimeSpan rest = RestOfTen * (now - _since);
        _next = now + (rest > LeastRest ? rest : LeastRest);
    }
}
