using Freshet.Protocol.Utp.Congestion;

namespace Freshet.Protocol.Tests.Utp.Congestion;

public sealed class LedbatPlusPlusTests
{
    private const int Long = 10_000_000;

    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    [InlineData(100)]
    public void Fills_a_line_and_holds_its_queue_at_the_target(int milliseconds)
    {
        var line = new ModelLine(20e6, TimeSpan.FromMilliseconds(milliseconds), Long);
        ModelFlow flow = line.Add(new ModelFlow(new LedbatPlusPlus(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(20));
        flow.Reset();
        line.Run(TimeSpan.FromSeconds(30));
        Assert.True(flow.RateOver(TimeSpan.FromSeconds(30)) > 0.9 * 20e6);
        Assert.InRange(flow.MeanWaitMilliseconds, 40, 65);
        Assert.True(flow.LongestWait < TimeSpan.FromMilliseconds(80), $"{flow.LongestWait}");
    }

    [Fact]
    public void Grows_slower_than_TCP_where_the_path_is_short()
    {
        var controller = new LedbatPlusPlus(1452);
        var samples = new Samples(controller) { RoundTrip = TimeSpan.FromMilliseconds(40) };

        // A few packets hurt nobody and double.
        samples.Round();
        Assert.Equal(8, samples.Packets, 0.01);
        samples.Rounds(3);
        double before = samples.Packets;
        Assert.True(before > 16);
        samples.Round();

        // 2 * 60 ms / 40 ms: a third of what slow start would add.
        Assert.Equal(before * 4 / 3, samples.Packets, 0.5);
    }

    [Fact]
    public void Stands_back_with_two_packets_two_round_trips_after_the_first_slow_start_and_then_every_ten_seconds()
    {
        var controller = new LedbatPlusPlus(1452);
        var samples = new Samples(controller);
        samples.Rounds(10);
        samples.Wait = TimeSpan.FromMilliseconds(50);
        samples.Round();
        double reached = samples.Packets;
        int rounds = 0;
        for (; samples.Packets > 2; rounds++)
            samples.Round();
        Assert.InRange(rounds, 1, 3);

        // Nothing of it queues now: it is on its way back.
        samples.Wait = TimeSpan.Zero;
        samples.Rounds(12);
        Assert.True(samples.Packets >= reached * 0.8, $"{samples.Packets} of {reached}");
        Core.MonoTime since = samples.Now;
        samples.Wait = TimeSpan.FromMilliseconds(60);
        while (samples.Packets > 2.5)
            samples.Round();
        Assert.InRange((samples.Now - since).TotalSeconds, 8, 11);
    }

    [Fact]
    public void Gives_way_to_a_queue_that_is_not_its_own()
    {
        var controller = new LedbatPlusPlus(1452);
        var samples = new Samples(controller);
        samples.Rounds(12);
        samples.Wait = TimeSpan.FromMilliseconds(120);
        samples.Rounds(40);
        Assert.Equal(2, samples.Packets, 0.1);
    }

    [Fact]
    public void Takes_the_half_of_what_it_had_at_once_when_the_others_are_gone()
    {
        var line = new ModelLine(20e6, TimeSpan.FromMilliseconds(40), 500_000);
        ModelFlow ledbat = line.Add(new ModelFlow(new LedbatPlusPlus(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(5));
        ModelFlow other = line.Add(new ModelFlow(new CubicController(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(15));
        ledbat.Reset();
        other.Reset();
        line.Run(TimeSpan.FromSeconds(5));
        Assert.True(other.RateOver(TimeSpan.FromSeconds(5)) > 0.9 * 20e6);

        other.OwnRate = 1;
        line.Run(TimeSpan.FromSeconds(3));
        ledbat.Reset();
        line.Run(TimeSpan.FromSeconds(5));
        Assert.True(ledbat.RateOver(TimeSpan.FromSeconds(5)) > 0.7 * 20e6, $"{ledbat.RateOver(TimeSpan.FromSeconds(5))}");
    }

    [Fact]
    public void All_losses_of_one_window_halve_it_once()
    {
        var controller = new LedbatPlusPlus(1452);
        var samples = new Samples(controller);
        samples.Rounds(8);
        double before = samples.Packets;
        samples.Lose();
        samples.Lose(samples.RoundTrip / 2);
        samples.Lose(samples.RoundTrip);
        Assert.Equal(before / 2, samples.Packets, 0.01);

        // What was sent after that and is lost tells of more.
        samples.Round();
        before = samples.Packets;
        samples.Lose();
        Assert.Equal(before / 2, samples.Packets, 0.01);
    }

    [Fact]
    public void A_silence_leaves_one_packet_and_the_way_back_to_half()
    {
        var controller = new LedbatPlusPlus(1452);
        var samples = new Samples(controller);
        samples.Rounds(10);
        double before = samples.Packets;
        controller.OnTimeout(samples.Now);
        controller.OnTimeout(samples.Now);
        Assert.Equal(1, samples.Packets, 0.01);
        samples.Rounds(20);
        Assert.InRange(samples.Packets, before / 2, before);
    }

    [Fact]
    public void A_sender_with_little_to_send_does_not_grow()
    {
        var controller = new LedbatPlusPlus(1452);
        var samples = new Samples(controller);
        samples.Rounds(3);
        double before = samples.Packets;
        for (int i = 0; i < 20; i++)
            samples.Round(isAppLimited: true);
        Assert.Equal(before, samples.Packets, 0.01);
    }

    [Fact]
    public void A_line_that_loses_one_packet_in_twenty_is_still_used()
    {
        var line = new ModelLine(1e9, TimeSpan.FromMilliseconds(1), Long, loss: 0.05);
        ModelFlow flow = line.Add(new ModelFlow(new LedbatPlusPlus(ModelLine.Payload)));
        line.Run(TimeSpan.FromSeconds(5));
        Assert.True(flow.Delivered / 5 / ModelLine.Payload > 2_000, $"{flow.Delivered / 5 / ModelLine.Payload} packets a second");
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(500, 0u)]
    [InlineData(-500, 0u)]
    [InlineData(300, 0xFFFF_0000u)]
    [InlineData(-300, 0x0000_FFFFu)]
    public void Clocks_may_run_apart_and_wrap(double skew, uint offset)
    {
        var line = new ModelLine(10e6, TimeSpan.FromMilliseconds(40), Long);
        ModelFlow flow = line.Add(new ModelFlow(new LedbatPlusPlus(ModelLine.Payload)) { Skew = skew, ClockOffset = offset });
        line.Run(TimeSpan.FromSeconds(60));
        Assert.True(flow.RateOver(TimeSpan.FromSeconds(60)) > 0.9 * 10e6);
        Assert.True(flow.LongestWait < TimeSpan.FromMilliseconds(100), $"{flow.LongestWait}");
    }
}
