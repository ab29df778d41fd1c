using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>A peer behind a link of a fixed rate and delay, which answers in order, and a window that is kept full.</summary>
internal sealed class SimulatedLink(RequestWindow window, double bytesPerSecond, TimeSpan roundTrip, MonoTime start = default)
{
    private readonly Queue<(MonoTime At, BlockRange Block)> _arrivals = new();
    private MonoTime _lineFree = start;
    private int _next;

    public MonoTime Now { get; private set; } = start;

    public long Received { get; private set; }

    /// <summary>How often requests were sent, one or many at once.</summary>
    public int Sends { get; private set; }

    /// <summary>Runs for a while.</summary>
    /// <returns>The payload bytes that came.</returns>
    public long Run(TimeSpan duration)
    {
        long before = Received;
        MonoTime end = Now + duration;
        Send();
        while (_arrivals.TryPeek(out (MonoTime At, BlockRange Block) next) && next.At <= end)
        {
            _arrivals.Dequeue();
            Now = next.At;
            Received += next.Block.Length;
            window.OnReceived(next.Block, Now);
            Assert.Equal(WindowTimeout.None, window.CheckTimeout(Now, out _, out _));
            Send();
        }

        Assert.True(window.Deadline > end, $"timed out at {end}");
        Now = end;
        return Received - before;
    }

    private void Send()
    {
        if (!window.IsWorthFilling)
            return;
        Sends++;
        while (window.Room > 0)
        {
            var block = new BlockRange(new PieceIndex(_next++), 0, BlockRange.BlockLength);
            window.OnRequested(block, Now);
            // The block leaves when the line is free, and half a round trip after the request at the earliest.
            MonoTime leaves = MonoTime.Max(_lineFree, Now + (roundTrip / 2));
            _lineFree = leaves + TimeSpan.FromSeconds(block.Length / bytesPerSecond);
            _arrivals.Enqueue((_lineFree + (roundTrip / 2), block));
        }
    }
}
