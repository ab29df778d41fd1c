using Freshet.Core;
using Freshet.Simulator.Utp;

namespace Freshet.Simulation.Tests.Utp;

/// <summary>What flows got of a line, and how long its queue was, from when it begins.</summary>
internal sealed class LineWatch
{
    private readonly UtpWorld _world;
    private readonly UtpFlow[] _flows;
    private readonly long[] _before;
    private readonly MonoTime _since;
    private readonly long _carried;
    private readonly long _dropped;

    public LineWatch(UtpWorld world, params UtpFlow[] flows)
    {
        _world = world;
        _flows = flows;
        _before = [.. flows.Select(static flow => flow.Received)];
        _since = world.World.Now;
        _carried = world.Forth.Carried;
        _dropped = world.Forth.Dropped;
        world.Forth.Waits.Clear();
    }

    /// <summary>The share of the line's rate that was used, heads and all that was sent twice counted.</summary>
    public double Use => (_world.Forth.Carried - _carried) * 8 / Seconds / _world.Forth.Rate;

    /// <summary>The share of the line that carried what a flow got, each byte counted once, heads with it.</summary>
    public double Share(UtpFlow flow) => Goodput(flow) * 1e6 / 1452 * 1500 / _world.Forth.Rate;

    private double Seconds => (_world.World.Now - _since).TotalSeconds;

    /// <summary>Megabits of payload a second that a flow got.</summary>
    public double Goodput(UtpFlow flow) => (flow.Received - _before[Array.IndexOf(_flows, flow)]) * 8 / Seconds / 1e6;

    public override string ToString()
    {
        WaitRecord waits = _world.Forth.Waits;
        string goodputs = string.Join(" and ", _flows.Select(flow => $"{Goodput(flow):0.0}"));
        return $"{goodputs} Mbit/s of payload, {_flows.Sum(Share):P1} of the line (used to {Use:P1}); queue {waits.Mean:0} ms in the mean, {waits.Percentile(0.95)} ms at 95 %, {waits.Longest:0} ms at most, "
            + $"{_world.Forth.Dropped - _dropped} dropped";
    }
}
