using System.Numerics;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>
/// Has the system gather the bytes of fast connections: such a socket is reported as readable only once about as much is there as it brings in some
/// milliseconds (SO_RCVLOWAT), so that one wake-up, one receive, one iteration of the engine and one acknowledgement serve many blocks. A fast sender is
/// otherwise answered packet by packet, which slows it down and costs both ends more than the bytes do. Who falls silent is read at once again: what is
/// there below the mark waits for no more than twice <see cref="Patience"/>.
/// </summary>
internal sealed class GatheredReads
{
    /// <summary>What is gathered: the bytes of so long. Little beside any round trip that a queue of requests a second long would have to cover.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(4);

    /// <summary>What a connection's rate is measured over.</summary>
    private static readonly TimeSpan Measure = TimeSpan.FromMilliseconds(10);

    /// <summary>A connection that was not readable for so long is no longer as fast as it was, or there is no more to come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    /// <summary>Less than this is not worth waiting for: two blocks, 8 MiB/s.</summary>
    private const int Least = 2 * BlockRange.BlockLength;

    /// <summary>More than this saves nothing, and is what one receive takes.</summary>
    private const int Most = 256 * 1024;

    private readonly List<PumpConnection> _gathering = [];

    /// <summary>When to call <see cref="LookAtSilent"/>.</summary>
    public MonoTime NextLook { get; private set; } = MonoTime.Never;

    /// <summary>A connection has been read.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="received">The bytes that came in this turn.</param>
    /// <param name="requestsOut">How many blocks were asked for and are still to come.</param>
    /// <param name="now">The time.</param>
    public void NoteRead(PumpConnection connection, int received, int requestsOut, MonoTime now)
    {
        ReceiveMark mark = connection.Mark;
        mark.ReadAt = now;
        mark.Bytes += received;
        TimeSpan elapsed = now - mark.Since;
        if (elapsed >= Measure)
        {
            int worth = WorthGathering(mark.Bytes * Gather.Ticks / elapsed.Ticks);
            mark.Bytes = 0;
            mark.Since = now;

            // A rate that trembles between two marks moves nothing.
            if (worth > mark.Value || worth < mark.Value / 2)
                Set(connection, worth, now);
        }

        // What was not asked for does not come: a mark above it would be waited for in vain.
        if (mark.Value > (long)requestsOut * BlockRange.BlockLength / 2)
            Set(connection, ReceiveMark.None, now);
    }

    /// <summary>Reads those again at once that have fallen silent.</summary>
    public void LookAtSilent(MonoTime now)
    {
        if (now < NextLook)
            return;
        for (int i = _gathering.Count - 1; i >= 0; i--)
        {
            if (now - _gathering[i].Mark.ReadAt >= Patience)
                Set(_gathering[i], ReceiveMark.None, now);
        }

        NextLook = _gathering.Count > 0 ? now + Patience : MonoTime.Never;
    }

    /// <summary>The connection is closed.</summary>
    public void Forget(PumpConnection connection)
    {
        if (connection.Mark.Value > ReceiveMark.None)
            _gathering.Remove(connection);
    }

    private static int WorthGathering(long bytes)
        => bytes < Least ? ReceiveMark.None : bytes >= Most ? Most : (int)BitOperations.RoundUpToPowerOf2((uint)bytes + 1) / 2;

    private void Set(PumpConnection connection, int value, MonoTime now)
    {
        ReceiveMark mark = connection.Mark;
        if (mark.Value == value)
            return;
        if (mark.Value == ReceiveMark.None)
            _gathering.Add(connection);
        else if (value == ReceiveMark.None)
            _gathering.Remove(connection);
        mark.Value = value;
        connection.Socket.ReceiveFrom(value);
        if (NextLook.IsNever)
            NextLook = now + Patience;
    }
}
