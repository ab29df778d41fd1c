using Freshet.Engine.RateLimiting;

namespace Freshet.Sessions;

/// <summary>
/// The limits of a session as its user wants them, and the clock on the wall that switches between them: the engine only hears which are in force. Sleeps until the
/// schedule next changes anything; without a schedule it has no timer at all.
/// </summary>
internal sealed class LimitSwitch : IDisposable
{
    /// <summary>
    /// When it looks at the clock again at the latest: somebody may put it forward or back, and a machine that sleeps wakes up at another time of the day.
    /// </summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _time;
    private readonly Action<SessionLimits> _apply;
    private readonly Lock _gate = new();
    private RateLimits _limits;
    private bool _isAlternative;
    private ITimer? _timer;
    private bool _isDisposed;

    /// <summary>Begins with limits that are in force from <see cref="Now"/> on; the timer begins with <see cref="Start"/>.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock on the wall.</param>
    /// <param name="apply">Takes what is in force when that has changed; called from any thread, one call after another.</param>
    public LimitSwitch(RateLimits limits, TimeProvider time, Action<SessionLimits> apply)
    {
        _limits = limits;
        _time = time;
        _apply = apply;
        _isAlternative = IsAlternativeNow();
    }

    /// <summary>What the user wants.</summary>
    public RateLimits Limits
    {
        get
        {
            lock (_gate)
                return _limits;
        }
    }

    /// <summary>Whether the alternative is in force.</summary>
    public bool IsAlternative
    {
        get
        {
            lock (_gate)
                return _isAlternative;
        }
    }

    /// <summary>What is in force, for the engine.</summary>
    public SessionLimits Now
    {
        get
        {
            lock (_gate)
                return ToEngine();
        }
    }

    /// <summary>From here on the clock is watched.</summary>
    public void Start()
    {
        lock (_gate)
            Sleep();
    }

    /// <summary>Wants other limits from now on.</summary>
    public void Set(RateLimits limits)
    {
        lock (_gate)
        {
            _limits = limits;
            _isAlternative = IsAlternativeNow();
            _apply(ToEngine());
            Sleep();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            bool isAlternative = IsAlternativeNow();
            if (isAlternative != _isAlternative)
            {
                _isAlternative = isAlternative;
                _apply(ToEngine());
            }

            Sleep();
        }
    }

    private bool IsAlternativeNow() => _limits.IsAlternativeAt(_time.GetLocalNow().DateTime);

    private void Sleep()
    {
        if (_isDisposed)
            return;
        if (_limits is not { Alternative: not null, UseAlternative: AlternativeUse.BySchedule, Schedule: not null })
        {
            _timer?.Dispose();
            _timer = null;
            return;
        }

        TimeSpan until = UntilNextLook();
        if (_timer is null)
            _timer = _time.CreateTimer(static state => ((LimitSwitch)state!).Look(), this, until, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(until, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Until the first full minute at which something else is in force, by the wall clock as it will be then: whatever daylight saving does in between is in it.
    /// </summary>
    private TimeSpan UntilNextLook()
    {
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset minute = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddMinutes(1);
        while (minute - now < LongestSleep && _limits.IsAlternativeAt(TimeZoneInfo.ConvertTime(minute, _time.LocalTimeZone).DateTime) == _isAlternative)
            minute = minute.AddMinutes(1);
        return minute - now;
    }

    private SessionLimits ToEngine() => new()
    {
        Normal = _limits.Normal,
        Alternative = _limits.Alternative ?? _limits.Normal,
        UseAlternative = _isAlternative,
        ExemptLocal = _limits.ExemptLocal,
    };
}
