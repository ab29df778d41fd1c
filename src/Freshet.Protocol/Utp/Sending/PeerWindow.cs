using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>How much the peer has room for; a window that is shut is asked after. A field, never a copy.</summary>
internal struct PeerWindow()
{
    private long _probe = -1;

    /// <summary>Bytes for which the peer has room, what is on its way counted.</summary>
    public long Size { get; set; }

    /// <summary>Whether it, and not the controller, keeps us from sending.</summary>
    public bool IsFull { get; private set; }

    /// <summary>When to ask with a small packet whether there is room again.</summary>
    public MonoTime ProbeAt { get; private set; } = MonoTime.Never;

    /// <summary>Whether the peer takes another packet.</summary>
    /// <param name="board">What is on its way.</param>
    /// <param name="length">Bytes of payload; fewer, where it is to ask for room.</param>
    /// <param name="patience">How long after the last packet the peer is asked.</param>
    /// <param name="now">The time.</param>
    public bool Takes(Scoreboard board, ref int length, TimeSpan patience, MonoTime now)
    {
        long room = Size - board.InFlight - board.LostBytes;
        IsFull = room < length;
        if (!IsFull)
        {
            // Many small packets fill a peer's places before they fill its window.
            ProbeAt = MonoTime.Never;
            return board.Count < Math.Max(UtpLimits.CommonReorder, Size / UtpLimits.BytesPerPlace);
        }

        if (board.Count > 0)
            return false;

        // Nothing on its way will bring news.
        if (ProbeAt.IsNever)
            ProbeAt = now + patience;
        if (ProbeAt > now)
            return false;
        ProbeAt = MonoTime.Never;
        _probe = board.Next;
        length = (int)Math.Clamp(room, 1, length);
        return true;
    }

    /// <summary>Whether the peer had no room for the packet that asked for some, and has now.</summary>
    public readonly bool HasOpened(Scoreboard board) => board.First == _probe && Size >= board[_probe].Length;

    /// <summary>Nothing is asked any more.</summary>
    public void Rest() => ProbeAt = MonoTime.Never;
}
