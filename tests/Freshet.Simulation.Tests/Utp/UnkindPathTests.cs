using Freshet.Abstractions;
using Freshet.Protocol.Utp;
using Freshet.Simulator.Utp;

namespace Freshet.Simulation.Tests.Utp;

/// <summary>
/// Paths that reorder, double, swallow and lose, and clocks that disagree, for each controller: every byte arrives as it was written, and the flow is hardly slower for it.
/// </summary>
public sealed class UnkindPathTests
{
    private const double Megabits = 20;
    private const int Queue = 250_000;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(40);

    public static TheoryData<UtpCongestion> All => [UtpCongestion.Ledbat, UtpCongestion.Cubic, UtpCongestion.Rate];

    [Theory]
    [MemberData(nameof(All))]
    public void Packets_that_overtake_each_other_do_no_harm(UtpCongestion congestion)
        => Play(congestion, world => world.Forth.Trouble = world.Back.Trouble = new PacketTrouble { Reordered = 0.02 }, least: 0.8);

    [Theory]
    [MemberData(nameof(All))]
    public void Packets_that_come_twice_do_no_harm(UtpCongestion congestion)
        => Play(congestion, world => world.Forth.Trouble = world.Back.Trouble = new PacketTrouble { Duplicated = 0.05 }, least: 0.9);

    [Theory]
    [MemberData(nameof(All))]
    public void A_path_that_swallows_long_datagrams_costs_a_few_probes(UtpCongestion congestion)
    {
        UtpWorld world = Play(congestion, world => world.Forth.Trouble = new PacketTrouble { MaxDatagram = 1372 }, least: 0.9, out UtpFlow flow);
        Assert.InRange(flow.Sender.GetStatistics().Datagram, 1280, 1372);
        Assert.InRange(world.Forth.Swallowed, 1, 40);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_path_that_becomes_narrower_stops_nobody(UtpCongestion congestion)
        => Play(congestion, world => world.World.After(TimeSpan.FromSeconds(4), () => world.Forth.Trouble = new PacketTrouble { MaxDatagram = 1300 }), least: 0.9);

    [Theory]
    [InlineData(500)]
    [InlineData(-500)]
    public void Clocks_that_run_apart_do_not_stop_ledbat(double partsPerMillion)
    {
        var world = new UtpWorld(1, 10, RoundTrip, Queue);
        UtpFlow flow = world.Flow(new UtpSettings(), right: new HostClock(TimeSpan.FromHours(9), partsPerMillion));
        var line = new LineWatch(world, flow);
        world.Run(TimeSpan.FromSeconds(120));
        Say($"a clock {partsPerMillion:+0;-0} ppm fast, {120 * partsPerMillion / 1000:0} ms in all: {line}");
        Assert.True(line.Share(flow) >= 0.9, line.ToString());
        Assert.True(world.Forth.Waits.Percentile(0.99) <= 100, line.ToString());
    }

    [Theory]
    [InlineData(4294.967296)]
    [InlineData(2147.483648)]
    public void Clocks_that_wrap_do_no_harm(double seconds)
    {
        // Four seconds before 2^32, and 2^31, microseconds.
        var soon = new HostClock(TimeSpan.FromSeconds(seconds - 4));
        foreach ((HostClock? left, HostClock? right) in new[] { (soon, null), (null, soon), (soon, soon) })
        {
            var world = new UtpWorld(1, Megabits, RoundTrip, Queue);
            UtpFlow flow = world.Flow(new UtpSettings(), left: left, right: right);
            var line = new LineWatch(world, flow);
            world.Run(TimeSpan.FromSeconds(8));
            Assert.True(line.Share(flow) >= 0.8, line.ToString());
            Assert.True(world.Forth.Waits.Longest < 100, line.ToString());
            Assert.Null(flow.WrongAt);
        }
    }

    [Fact]
    public void Numbers_that_wrap_do_no_harm()
    {
        // 70,000 packets pass 65,535 whatever the first one's number is.
        var world = new UtpWorld(1, 100, RoundTrip, 5 * Queue);
        world.Forth.Trouble = world.Back.Trouble = new PacketTrouble { Loss = 0.001, Reordered = 0.01, Duplicated = 0.01 };
        UtpFlow flow = world.Flow(new UtpSettings { Congestion = UtpCongestion.Rate, MaxDatagram = 600 }, bytes: 70_000 * 580);
        world.Run(TimeSpan.FromSeconds(10));
        Assert.True(flow.Sender.GetStatistics().PacketsSent > 65_536);
        Assert.Null(flow.WrongAt);
        Assert.True(flow.IsComplete, $"{flow.Received} of {flow.Written} bytes");
    }

    private static void Play(UtpCongestion congestion, Action<UtpWorld> trouble, double least) => Play(congestion, trouble, least, out _);

    private static UtpWorld Play(UtpCongestion congestion, Action<UtpWorld> trouble, double least, out UtpFlow flow)
    {
        UtpWorld kind = new(1, Megabits, RoundTrip, Queue);
        UtpFlow undisturbed = kind.Flow(new UtpSettings { Congestion = congestion });
        kind.Run(TimeSpan.FromSeconds(8));

        UtpWorld world = new(1, Megabits, RoundTrip, Queue);
        trouble(world);
        flow = world.Flow(new UtpSettings { Congestion = congestion });
        var line = new LineWatch(world, flow);
        world.Run(TimeSpan.FromSeconds(8));
        double share = (double)flow.Received / undisturbed.Received;
        Say($"{congestion}: {share:P0} of what an undisturbed flow gets; {line}; {flow.Sender.GetStatistics()}");
        Assert.Null(flow.WrongAt);
        Assert.True(share >= least, $"{share:P1}: {line}");
        return world;
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
