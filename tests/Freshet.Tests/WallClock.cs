namespace Freshet.Tests;

/// <summary>A clock on the wall of a chosen zone that stands still until it is moved, with the timers that go by it.</summary>
internal sealed class WallClock(DateTimeOffset start, TimeZoneInfo zone) : TimeProvider
{
    private readonly List<WallTimer> _timers = [];
    private DateTimeOffset _now = start;

    public override TimeZoneInfo LocalTimeZone => zone;

    /// <summary>Timers that wait.</summary>
    public int Waiting => _timers.Count(static timer => timer.Due is not null);

    /// <summary>How often a timer went off.</summary>
    public int Rings { get; private set; }

    public override DateTimeOffset GetUtcNow() => _now.ToUniversalTime();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new WallTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Lets time pass; timers go off on the way.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = _now + by;
        while (_timers.Where(timer => timer.Due <= end).MinBy(static timer => timer.Due) is { } next)
        {
            _now = next.Due!.Value;
            next.Due = null;
            Rings++;
            next.Ring();
        }

        _now = end;
    }

    /// <summary>Somebody sets the clock: timers know nothing of it.</summary>
    public void Set(DateTimeOffset now)
    {
        TimeSpan jump = now - _now;
        _now = now;
        foreach (WallTimer timer in _timers)
            timer.Due += jump;
    }

    private sealed class WallTimer(WallClock clock, Action ring) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public Action Ring => ring;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
            return true;
        }

        public void Dispose() => Due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
