using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

public sealed class RateMeterTests
{
    [Fact]
    public void A_steady_stream_shows_its_rate()
    {
        var meter = default(RateMeter);
        MonoTime now = MonoTime.Zero + TimeSpan.FromHours(3);
        for (int i = 0; i < 2000; i++)
        {
            meter.Add(1000, now);
            now += TimeSpan.FromMilliseconds(10);
            if (i > 100)
                Assert.InRange(meter.BytesPerSecond(now), 90_000, 110_000);
        }

        Assert.Equal(2_000_000, meter.Total);
    }

    [Fact]
    public void A_stream_that_stops_is_gone_after_the_window()
    {
        var meter = default(RateMeter);
        meter.Add(1_000_000, MonoTime.Zero);
        Assert.True(meter.BytesPerSecond(MonoTime.Zero + (RateMeter.Window / 2)) > 0);
        Assert.Equal(0, meter.BytesPerSecond(MonoTime.Zero + RateMeter.Window));
        Assert.Equal(1_000_000, meter.Total);
    }

    [Fact]
    public void After_a_long_pause_only_the_new_bytes_count()
    {
        var meter = default(RateMeter);
        MonoTime now = MonoTime.Zero;
        for (int i = 0; i < 100; i++)
            meter.Add(1_000_000, now += TimeSpan.FromMilliseconds(100));
        now += TimeSpan.FromHours(1);
        meter.Add(4000, now);
        Assert.InRange(meter.BytesPerSecond(now + TimeSpan.FromSeconds(1)), 900, 4500);
    }

    [Fact]
    public void The_first_bytes_are_not_averaged_over_time_before_them()
    {
        var meter = default(RateMeter);
        MonoTime now = MonoTime.Zero + TimeSpan.FromSeconds(1000);
        for (int i = 0; i < 10; i++)
            meter.Add(10_000, now += TimeSpan.FromMilliseconds(100));
        Assert.InRange(meter.BytesPerSecond(now), 80_000, 120_000);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var meter = default(RateMeter);
        meter.Add(1, MonoTime.Zero);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            meter.Add(1, new MonoTime(i * 100_000_000L));
            meter.BytesPerSecond(new MonoTime(i * 100_000_000L));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
