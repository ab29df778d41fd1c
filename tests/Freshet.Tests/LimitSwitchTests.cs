using Freshet.Abstractions;
using Freshet.Engine.RateLimiting;
using Freshet.Sessions;

namespace Freshet.Tests;

/// <summary>Which limits are in force, by the clock on the wall.</summary>
public sealed class LimitSwitchTests
{
    private static readonly TransferLimits Normal = new(null, 5_000_000);
    private static readonly TransferLimits Slow = new(100_000, 200_000);

    // Daylight saving as in the European Union: from the last Sunday of March, 02:00, to the last of October, 03:00.
    private static readonly TimeZoneInfo Europe = TimeZoneInfo.CreateCustomTimeZone(
        "here",
        TimeSpan.FromHours(1),
        "here",
        "here",
        "here in summer",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date,
                DateTime.MaxValue.Date,
                TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    private readonly List<(DateTimeOffset At, bool IsAlternative)> _switches = [];

    [Fact]
    public void Limits_switch_at_the_start_and_the_end_and_at_no_other_time()
    {
        var clock = new WallClock(Local(2026, 11, 16, 8, 59), Europe);
        using LimitSwitch limits = Make(clock, "mon-fri 09:00-17:30");
        Assert.False(limits.Now.UseAlternative);
        Assert.Equal(Normal, limits.Now.InForce);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal([(Local(2026, 11, 16, 9, 0), true), (Local(2026, 11, 16, 17, 30), false)], _switches);
        _switches.Clear();

        // Over the weekend nothing happens; timers only look whether somebody has set the clock.
        clock.Advance(Local(2026, 11, 21, 0, 0) - clock.GetUtcNow());
        _switches.Clear();
        int rings = clock.Rings;
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Empty(_switches);
        Assert.Equal(2 * 24 * 4, clock.Rings - rings);
    }

    [Fact]
    public void A_night_goes_through_midnight()
    {
        var clock = new WallClock(Local(2026, 11, 20, 12, 0), Europe);
        using LimitSwitch limits = Make(clock, "fri 22:00-06:00");
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal([(Local(2026, 11, 20, 22, 0), true), (Local(2026, 11, 21, 6, 0), false)], _switches);
    }

    [Fact]
    public void In_the_night_in_which_the_clock_is_put_forward_the_wall_clock_counts()
    {
        // 29 March 2026: 02:00 is 03:00.
        var clock = new WallClock(Local(2026, 3, 28, 20, 0), Europe);
        using LimitSwitch limits = Make(clock, "daily 01:00-04:00; sun 02:15-02:45");
        clock.Advance(TimeSpan.FromHours(12));
        DateTimeOffset start = new(2026, 3, 29, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([(start, true), (start.AddHours(2), false)], _switches);
    }

    [Fact]
    public void An_end_in_the_hour_that_is_skipped_comes_when_the_clock_is_put_forward()
    {
        var clock = new WallClock(Local(2026, 3, 29, 0, 0), Europe);
        using LimitSwitch limits = Make(clock, "sun 01:00-02:30");
        clock.Advance(TimeSpan.FromHours(12));
        DateTimeOffset start = new(2026, 3, 29, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([(start, true), (start.AddHours(1), false)], _switches);
    }

    [Fact]
    public void An_hour_that_comes_twice_counts_twice()
    {
        // 25 October 2026: at 03:00 it is 02:00 again, 01:00 UTC.
        var clock = new WallClock(Local(2026, 10, 25, 0, 0), Europe);
        using LimitSwitch limits = Make(clock, "sun 02:15-02:45");
        clock.Advance(TimeSpan.FromHours(12));
        DateTimeOffset first = new(2026, 10, 25, 0, 15, 0, TimeSpan.Zero);
        Assert.Equal(
            [(first, true), (first.AddMinutes(30), false), (first.AddMinutes(60), true), (first.AddMinutes(90), false)],
            _switches);
    }

    [Fact]
    public void A_clock_that_is_set_is_noticed_within_a_quarter_of_an_hour()
    {
        var clock = new WallClock(Local(2026, 11, 16, 2, 0), Europe);
        using LimitSwitch limits = Make(clock, "daily 09:00-17:00");
        clock.Set(Local(2026, 11, 16, 12, 0));
        clock.Advance(TimeSpan.FromMinutes(15));
        Assert.True(Assert.Single(_switches).IsAlternative);
        Assert.True(limits.IsAlternative);
    }

    [Fact]
    public void By_hand_the_alternative_holds_or_does_not_whatever_the_time_and_without_a_timer()
    {
        var clock = new WallClock(Local(2026, 11, 16, 12, 0), Europe);
        using LimitSwitch limits = Make(clock, "daily 09:00-17:00");
        Assert.True(limits.IsAlternative);
        Assert.Equal(1, clock.Waiting);
        limits.Set(limits.Limits with { UseAlternative = AlternativeUse.Off });
        Assert.False(limits.IsAlternative);
        Assert.Equal(0, clock.Waiting);
        limits.Set(limits.Limits with { UseAlternative = AlternativeUse.On });
        Assert.True(limits.IsAlternative);
        Assert.Equal(Slow, limits.Now.InForce);
        Assert.Equal(0, clock.Waiting);
        limits.Set(limits.Limits with { UseAlternative = AlternativeUse.BySchedule });
        Assert.Equal(1, clock.Waiting);
        clock.Advance(TimeSpan.FromHours(6));
        Assert.False(limits.IsAlternative);
        Assert.Equal([false, true, true, false], _switches.Select(static change => change.IsAlternative));
    }

    [Fact]
    public void Without_an_alternative_there_is_nothing_to_switch_and_no_timer()
    {
        var clock = new WallClock(Local(2026, 11, 16, 12, 0), Europe);
        using var limits = new LimitSwitch(
            new RateLimits { Normal = Normal, Schedule = WeeklySchedule.Parse("daily 00:00-24:00"), UseAlternative = AlternativeUse.On }, clock, Note(clock));
        limits.Start();
        Assert.False(limits.IsAlternative);
        Assert.Equal(0, clock.Waiting);
        Assert.Equal(Normal, limits.Now.InForce);
    }

    private static DateTimeOffset Local(int year, int month, int day, int hour, int minute)
    {
        var local = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified);
        return new DateTimeOffset(local, Europe.GetUtcOffset(local)).ToUniversalTime();
    }

    private LimitSwitch Make(WallClock clock, string schedule)
    {
        var limits = new LimitSwitch(new RateLimits { Normal = Normal, Alternative = Slow, Schedule = WeeklySchedule.Parse(schedule) }, clock, Note(clock));
        limits.Start();
        return limits;
    }

    private Action<SessionLimits> Note(WallClock clock) => limits => _switches.Add((clock.GetUtcNow(), limits.UseAlternative));
}
