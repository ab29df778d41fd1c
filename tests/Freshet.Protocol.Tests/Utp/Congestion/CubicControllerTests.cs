using Freshet.Protocol.Utp.Congestion;

namespace Freshet.Protocol.Tests.Utp.Congestion;

public sealed class CubicControllerTests
{
    [Fact]
    public void After_a_loss_the_window_is_seven_tenths_and_comes_back_along_the_cubic()
    {
        var controller = new CubicController(1000);
        var samples = new Samples(controller, 1000) { RoundTrip = TimeSpan.FromMilliseconds(200) };
        samples.Rounds(7);
        double before = samples.Packets;
        samples.Lose();
        Assert.Equal(0.7 * before, samples.Packets, 0.01);

        // The window of the round in which it was lost tells nothing; then the clock of the cubic begins.
        samples.Round();
        double k = Math.Cbrt(0.3 * before / 0.4);
        Core.MonoTime start = samples.Now;
        double last = 0;
        while ((samples.Now - start).TotalSeconds < k + 1)
        {
            samples.Round();
            double t = (samples.Now - start).TotalSeconds - k;
            double cubic = (0.4 * t * t * t) + before;
            Assert.InRange(samples.Packets, cubic * 0.97, cubic * 1.05);
            Assert.True(samples.Packets >= last);
            last = samples.Packets;
        }
    }

    [Fact]
    public void On_a_short_path_it_grows_as_Reno_does()
    {
        var controller = new CubicController(1000);
        var samples = new Samples(controller, 1000) { RoundTrip = TimeSpan.FromMilliseconds(5) };
        samples.Rounds(3);
        samples.Lose();
        samples.Rounds(2);
        double before = samples.Packets;
        samples.Rounds(20);
        Assert.InRange(samples.Packets - before, 20 * 0.45, 20 * 0.6); // 3 * 0.3 / 1.7 a round trip
    }

    [Fact]
    public void Who_is_stopped_below_where_it_was_leaves_room()
    {
        var controller = new CubicController(1000);
        var samples = new Samples(controller, 1000) { RoundTrip = TimeSpan.FromMilliseconds(200) };
        samples.Rounds(7);
        samples.Lose();
        samples.Rounds(2);
        double second = samples.Packets;
        samples.Lose();
        samples.Round();

        // Its plateau is not where it was stopped but at 0.85 of that.
        double k = Math.Cbrt(0.15 * second / 0.4);
        samples.Rounds((int)(k / samples.RoundTrip.TotalSeconds));
        Assert.InRange(samples.Packets, 0.83 * second, 0.88 * second);
    }

    [Fact]
    public void Slow_start_is_careful_before_the_queue_overflows()
    {
        var line = new ModelLine(100e6, TimeSpan.FromMilliseconds(40), 1_250_000);
        ModelFlow flow = line.Add(new ModelFlow(new CubicController(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(3));

        // Line and queue hold 1,200 packets: slow start that only loss ends would lose as many.
        Assert.InRange(line.Dropped, 0, 500);
        line.Run(TimeSpan.FromSeconds(27));
        Assert.True(flow.RateOver(TimeSpan.FromSeconds(30)) > 0.9 * 100e6, $"{flow.RateOver(TimeSpan.FromSeconds(30))}");
        Assert.Equal(0, flow.Timeouts);
    }

    [Fact]
    public void A_silence_leaves_one_packet_and_slow_start_to_seven_tenths()
    {
        var controller = new CubicController(1000);
        var samples = new Samples(controller, 1000);
        samples.Rounds(4);
        double before = samples.Packets;
        controller.OnTimeout(samples.Now);
        controller.OnTimeout(samples.Now);
        Assert.Equal(1, samples.Packets, 0.01);
        samples.Rounds(8);
        Assert.InRange(samples.Packets, 0.69 * before, 0.9 * before);
    }

    [Fact]
    public void The_cubic_s_clock_stands_while_the_window_is_not_used()
    {
        var controller = new CubicController(1000);
        var samples = new Samples(controller, 1000);
        samples.Rounds(5);
        samples.Lose();
        samples.Rounds(4);
        double before = samples.Packets;
        for (int i = 0; i < 500; i++)
            samples.Round(isAppLimited: true);
        Assert.Equal(before, samples.Packets, 0.01);
        samples.Round();
        Assert.InRange(samples.Packets, before, before + 2);
    }

    [Fact]
    public void A_long_pause_begins_with_ten_packets_again()
    {
        var controller = new CubicController(1000);
        var samples = new Samples(controller, 1000);
        samples.Rounds(5);
        double before = samples.Packets;
        controller.OnIdle(TimeSpan.FromMilliseconds(100), samples.Now);
        Assert.Equal(before, samples.Packets, 0.01);
        controller.OnIdle(TimeSpan.FromSeconds(10), samples.Now);
        Assert.Equal(10, samples.Packets, 0.01);
    }
}
