using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

public sealed class WorkRateTests
{
    private const int Block = BlockRange.BlockLength;

    [Fact]
    public void Bursts_come_out_as_their_average()
    {
        // 40 blocks at once, every four seconds: ten a second. At no time does that look ten times slower, or faster, than ten that come one by one.
        var rate = default(WorkRate);
        rate.Begin(MonoTime.Zero);
        for (int second = 4; second <= 400; second += 4)
        {
            for (int i = 0; i < 40; i++)
                rate.Add(Block, At(second));
            Assert.InRange(rate.BytesPerSecond, 10 * Block * 9 / 10, 10 * Block * 12 / 10);
        }
    }

    [Fact]
    public void The_first_seconds_say_what_is_sure_and_not_how_little_it_is()
    {
        var rate = default(WorkRate);
        rate.Begin(MonoTime.Zero);
        rate.Add(100 * Block, At(0.1));
        Assert.Equal(25 * Block, rate.BytesPerSecond);
        Assert.False(rate.IsSettled);
        rate.Add(Block, At(6));
        Assert.InRange(rate.BytesPerSecond, 0, 25 * Block);
        Assert.True(rate.IsSettled);
    }

    [Fact]
    public void Time_without_requests_does_not_count()
    {
        var rate = default(WorkRate);
        rate.Begin(MonoTime.Zero);
        for (int second = 1; second <= 60; second++)
            rate.Add(10 * Block, At(second));
        long before = rate.BytesPerSecond;
        rate.Begin(At(3600));
        rate.Add(10 * Block, At(3601));
        Assert.InRange(rate.BytesPerSecond, before * 0.99, before * 1.01);
    }

    [Fact]
    public void A_line_that_becomes_slow_is_seen_within_a_minute()
    {
        var rate = default(WorkRate);
        rate.Begin(MonoTime.Zero);
        for (int second = 1; second <= 60; second++)
            rate.Add(100 * Block, At(second));
        for (int second = 61; second <= 120; second++)
            rate.Add(Block, At(second));
        Assert.InRange(rate.BytesPerSecond, Block, 10 * Block);
    }

    [Fact]
    public void A_window_counts_only_while_requests_are_out()
    {
        var window = new RequestWindow();
        var now = MonoTime.Zero;
        for (int i = 0; i < 100; i++)
        {
            var block = new BlockRange(new PieceIndex(i), 0, Block);
            window.OnRequested(block, now);
            now += TimeSpan.FromSeconds(0.5);
            window.OnReceived(block, now);
            now += TimeSpan.FromSeconds(30);
        }

        Assert.Equal(2 * Block, window.UsualBytesPerSecond);
    }

    private static MonoTime At(double seconds) => MonoTime.Zero + TimeSpan.FromSeconds(seconds);
}
