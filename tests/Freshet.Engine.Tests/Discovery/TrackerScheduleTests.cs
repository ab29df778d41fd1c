using Freshet.Core;
using Freshet.Engine.Discovery;

namespace Freshet.Engine.Tests.Discovery;

public sealed class TrackerScheduleTests
{
    private static readonly MonoTime Now = new(1_000_000_000_000);

    /// <summary>THREATS F6: the back-off of a torrent that already has peers from elsewhere, and of one that has nobody yet.</summary>
    [Theory]
    [InlineData(false, new[] { 60, 120, 240, 480, 960, 1920, 3600, 3600 })]
    [InlineData(true, new[] { 30, 30, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600 })]
    public void Failures_back_off_to_an_hour_at_the_most(bool isNewTorrent, int[] seconds)
    {
        var schedule = new TrackerSchedule();
        foreach (int expected in seconds)
        {
            schedule.Asked(Now);
            schedule.Failed(retryIn: null, isNewTorrent, Now);
            Assert.Equal(TimeSpan.FromSeconds(expected), schedule.NextAt - Now);
        }
    }

    [Fact]
    public void An_answer_ends_the_back_off_and_its_interval_is_obeyed()
    {
        var schedule = new TrackerSchedule();
        schedule.Asked(Now);
        schedule.Failed(null, isNewTorrent: true, Now);
        schedule.Asked(Now);
        schedule.Answered(TimeSpan.FromSeconds(1800), TimeSpan.FromSeconds(300), Now);
        Assert.Equal(0, schedule.Failures);
        Assert.Equal(Now + TimeSpan.FromSeconds(1800), schedule.NextAt);
        Assert.Equal(Now + TimeSpan.FromSeconds(300), schedule.EarliestAt);
    }

    [Theory]
    [InlineData(0, 1800)]
    [InlineData(0.5, 1890)]
    [InlineData(1, 1980)]
    public void A_torrent_comes_later_by_its_share_of_a_tenth_and_never_earlier(double share, int expected)
    {
        var schedule = new TrackerSchedule(share);
        schedule.Asked(Now);
        schedule.Answered(TimeSpan.FromSeconds(1800), null, Now);
        Assert.Equal(expected, (schedule.NextAt - Now).TotalSeconds, tolerance: 1e-3);
        Assert.Equal(Now + TimeSpan.FromSeconds(1800), schedule.EarliestAt);
    }

    [Fact]
    public void Without_a_minimum_the_interval_itself_is_the_earliest_time()
    {
        var schedule = new TrackerSchedule();
        schedule.Asked(Now);
        schedule.Answered(TimeSpan.FromSeconds(1800), null, Now);
        Assert.Equal(Now + TimeSpan.FromSeconds(1800), schedule.EarliestAt);
        Assert.False(schedule.HasMinInterval);
    }

    [Fact]
    public void The_least_time_between_announces_counts_from_the_answer()
    {
        var schedule = new TrackerSchedule();
        schedule.Asked(Now);
        MonoTime answered = Now + TimeSpan.FromSeconds(16);
        schedule.Answered(TimeSpan.FromSeconds(1800), null, answered);
        Assert.Equal(answered + TrackerSchedule.Floor, schedule.HurriedAt);
    }

    /// <summary>THREATS U8: intervals of nothing and of 2^31 seconds.</summary>
    [Theory]
    [InlineData(0, 1800)]
    [InlineData(-5, 1800)]
    [InlineData(1, 30)]
    [InlineData(int.MaxValue, 86400)]
    public void Senseless_intervals_are_clamped(int interval, int expected)
    {
        var schedule = new TrackerSchedule();
        schedule.Asked(Now);
        schedule.Answered(TimeSpan.FromSeconds(interval), null, Now);
        Assert.Equal(TimeSpan.FromSeconds(expected), schedule.NextAt - Now);
    }

    [Fact]
    public void Retry_in_is_obeyed_and_never_means_never()
    {
        var schedule = new TrackerSchedule();
        schedule.Asked(Now);
        schedule.Failed(TimeSpan.FromMinutes(10), isNewTorrent: true, Now);
        Assert.Equal(Now + TimeSpan.FromMinutes(10), schedule.NextAt);
        schedule.Failed(TimeSpan.MaxValue, isNewTorrent: true, Now);
        Assert.True(schedule.NextAt.IsNever);
        Assert.True(schedule.EarliestAt.IsNever);
        schedule.Restart();
        Assert.True(schedule.NextAt.IsNever);
    }

    [Fact]
    public void Nothing_is_due_while_an_announce_is_under_way()
    {
        var schedule = new TrackerSchedule();
        Assert.True(schedule.NextAt <= Now);
        schedule.Asked(Now);
        Assert.True(schedule.NextAt.IsNever);
    }
}
