using Freshet.Abstractions;
using Freshet.Protocol.Utp;
using Freshet.Simulator.Utp;

namespace Freshet.Simulation.Tests.Utp;

/// <summary>
/// What the controllers make of a line of 100 Mbit/s and 40 ms, with the real machine at both ends and datagrams of at most 1,472 bytes: the figures that uTP is held to. A share
/// of the line is what arrived in order, with the heads that carried it. FRESHET_SIM_UTP=10 plays ten times as long, FRESHET_SIM_SEED another seed.
/// </summary>
public sealed class CongestionTests
{
    private const double Megabits = 100;

    // 100 ms, as routers at home have and more: whoever keeps the queue shorter does it by himself.
    private const int LongQueue = 1_250_000;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(40);

    [Fact]
    public void One_ledbat_flow_fills_nine_tenths_of_the_line_and_adds_less_than_100_ms()
    {
        UtpWorld world = NewWorld();
        UtpFlow flow = world.Flow(Of(UtpCongestion.Ledbat));
        var line = new LineWatch(world, flow);
        Run(world, 30);
        Say($"one LEDBAT++ flow from its first packet on: {line}");
        Assert.True(line.Share(flow) >= 0.9, line.ToString());
        Assert.True(world.Forth.Waits.Longest < 100, line.ToString());
        Assert.Equal(0, world.Forth.Dropped);
        Assert.Equal(1472, world.Forth.Longest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)] // takes the other's queue for the line
    public void Two_ledbat_flows_share_the_line_within_a_fifth(double later)
    {
        UtpWorld world = NewWorld();
        UtpFlow first = world.Flow(Of(UtpCongestion.Ledbat));
        world.Run(TimeSpan.FromSeconds(later));
        UtpFlow second = world.Flow(Of(UtpCongestion.Ledbat));
        world.Run(TimeSpan.FromSeconds(10));
        var line = new LineWatch(world, first, second);
        Run(world, 30);
        Say($"two LEDBAT++ flows, the second {later:0} s later, from 10 s after that: {line}");
        Assert.True(Math.Min(line.Share(first), line.Share(second)) >= 0.8 * Math.Max(line.Share(first), line.Share(second)), line.ToString());
        Assert.True(line.Share(first) + line.Share(second) >= 0.9, line.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_flow_that_only_loss_slows_keeps_four_fifths_of_the_line(bool isLate)
    {
        UtpWorld world = NewWorld();
        UtpFlow first = world.Flow(Of(isLate ? UtpCongestion.Ledbat : UtpCongestion.Cubic));
        world.Run(TimeSpan.FromSeconds(5));
        UtpFlow second = world.Flow(Of(isLate ? UtpCongestion.Cubic : UtpCongestion.Ledbat));
        UtpFlow cubic = isLate ? second : first;
        var line = new LineWatch(world, cubic, isLate ? first : second);
        Run(world, 30);
        Say($"CUBIC, then LEDBAT++, which came {(isLate ? "first" : "5 s later")}: {line}");
        Assert.True(line.Share(cubic) >= 0.8, line.ToString());
    }

    [Theory]
    [InlineData(0.001, 240)]
    [InlineData(0.005, 90)]
    [InlineData(0.02, 180)]
    public void Cubic_keeps_within_a_quarter_of_its_response_function(double loss, int seconds)
    {
        var world = new UtpWorld(Seed, 10 * Megabits, RoundTrip, 10 * LongQueue);
        world.Forth.Trouble = new PacketTrouble { Loss = loss };
        UtpFlow flow = world.Flow(Of(UtpCongestion.Cubic));
        world.Run(TimeSpan.FromSeconds(5));
        var line = new LineWatch(world, flow);
        Run(world, seconds);

        // RFC 9438, 5.1: the cubic's own mean window or Reno's, whichever is larger.
        double expected = Math.Max(1.054 * Math.Pow(RoundTrip.TotalSeconds / loss, 0.75), Math.Sqrt(1.5 / loss));
        double packets = line.Goodput(flow) * 1e6 / 8 / 1452 * RoundTrip.TotalSeconds;
        Say($"CUBIC at {loss:P1} loss: {packets:0.0} packets a round trip where {expected:0.0} are expected, {packets / expected:P0}");
        Assert.InRange(packets / expected, 0.75, 1.25);
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(0.02, 0.6)]
    [InlineData(0.05, 0.6)]
    public void The_rate_controller_keeps_the_line_in_spite_of_loss(double loss, double least)
    {
        UtpWorld world = NewWorld();
        world.Forth.Trouble = new PacketTrouble { Loss = loss };
        UtpFlow flow = world.Flow(Of(UtpCongestion.Rate));
        var line = new LineWatch(world, flow);
        Run(world, 15);
        Say($"by rate, at {loss:P0} loss: {line}");
        Assert.True(line.Share(flow) >= least, line.ToString());
    }

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_SEED"), out ulong seed) ? seed : 1;

    private static UtpWorld NewWorld() => new(Seed, Megabits, RoundTrip, LongQueue);

    private static void Run(UtpWorld world, int seconds)
    {
        int times = int.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_UTP"), out int wished) ? wished : 1;
        world.Run(TimeSpan.FromSeconds(seconds * times));
    }

    private static UtpSettings Of(UtpCongestion congestion) => new() { Congestion = congestion };

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
