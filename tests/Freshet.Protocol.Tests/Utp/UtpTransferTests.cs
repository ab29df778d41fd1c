using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>Two endpoints and a wire: every byte arrives, in order, exactly once, whatever the wire does.</summary>
public sealed class UtpTransferTests
{
    public static TheoryData<int, double, double, int> Wires => new()
    {
        { 1, 0, 0, 0 },
        { 2, 0.01, 0, 0 },
        { 3, 0.05, 0.02, 0 },
        { 4, 0.2, 0.1, 20 },
        { 5, 0, 0, 30 },
        { 6, 0.02, 0.5, 5 },
        { 7, 0.3, 0, 50 },
    };

    [Theory]
    [MemberData(nameof(Wires))]
    public void Every_byte_arrives_in_order_once(int seed, double loss, double duplicates, int jitter)
    {
        for (int run = 0; run < 5; run++)
        {
            var wire = new UtpWire((ulong)(seed + (run * 100)));
            (UtpStream left, UtpStream right) = wire.Connect();
            wire.Faults = new WireFaults { Loss = loss, Duplicates = duplicates, Jitter = TimeSpan.FromMilliseconds(jitter) };
            int length = loss >= 0.3 ? 200_000 : 2_000_000;
            var there = new Transfer(left, right, length, 1);
            var back = new Transfer(right, left, length / 2, 2);
            wire.Left.Application = there.Work;
            wire.Right.Application = back.Work;
            Assert.True(wire.RunUntil(() => there.IsDone && back.IsDone, TimeSpan.FromHours(2)), $"seed {seed} run {run}: {there.Read} and {back.Read} of {length}, {left.Fault} {right.Fault}");
        }
    }

    [Fact]
    public void What_was_written_before_the_close_arrives_and_then_the_end()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var wire = new UtpWire(seed, new WireFaults { Loss = 0.05, Jitter = TimeSpan.FromMilliseconds(10) });
            (UtpStream left, UtpStream right) = wire.Connect();
            var there = new Transfer(left, right, 50_000, seed);
            there.Work();
            Assert.Equal(50_000, there.Written);
            left.Close();
            wire.Right.Application = there.Work;
            Assert.True(wire.RunUntil(() => right.HasEnded, TimeSpan.FromMinutes(2)), $"{there.Read}");
            Assert.True(there.IsDone);
            right.Close();
            Assert.True(wire.RunUntil(() => wire.Left.Endpoint.Count == 0 && wire.Right.Endpoint.Count == 0, TimeSpan.FromMinutes(2)));
        }
    }
}
