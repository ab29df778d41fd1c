using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Lets the bytes of one connection in at the pace of its limits: when its pump says that some wait in the socket, it gets credit to read a part of them.
/// A slow limit reads a block in slices, so that every connection moves again and again, and none is silent for longer than it must be.
/// </summary>
internal sealed class ReadLimit : IRateWaiter
{
    /// <summary>What is read at once at the most: what a pump receives in one call.</summary>
    private const int MaxCredit = 256 * 1024;

    /// <summary>Credit that is worth a call to the system and a turn of the loop.</summary>
    private const int MinCredit = 256;

    /// <summary>Turns a second that a limit is cut into: at 1 KiB/s four, of 256 bytes; from 256 KiB/s on a block each.</summary>
    private const int TurnsPerSecond = 16;

    /// <summary>
    /// A peer that was let in so far and brought no block meanwhile has no more right to be waited for: it sends other things than what it was asked for.
    /// </summary>
    private const int PatientBytes = 2 * RateBucket.MaxNeed;

    private readonly PeerConnection _peer;
    private readonly RateGate _gate;
    private int _credit;
    private long _sinceBlock;

    public ReadLimit(PeerConnection peer, ReadOnlySpan<RateBucket> row)
    {
        _peer = peer;
        _gate = new RateGate(this, row);
    }

    /// <summary>About how many bytes a second there are for this connection.</summary>
    public long Share => _gate.Share;

    /// <summary>Whether what the peer has sent waits for us, so that the time that passes is not the peer's.</summary>
    public bool IsOurDelay => _gate.IsUsed && _sinceBlock < PatientBytes;

    /// <summary>The pump has used its credit, and bytes wait.</summary>
    public void Waits(MonoTime now)
    {
        _credit = 0;
        _gate.IsUsed = true;
        int need = (int)Math.Clamp(_gate.Rate / TurnsPerSecond, MinCredit, BlockRange.BlockLength);
        int granted = _gate.TryTake(need, MaxCredit, now);
        if (granted > 0)
            Granted(granted, now);
    }

    /// <summary>Nothing waits any more, and credit was left.</summary>
    public void IsDrained(int left)
    {
        left = Math.Min(left, _credit);
        _gate.IsUsed = false;
        _gate.GiveBack(left);
        _sinceBlock -= left;
        _credit = 0;
    }

    /// <summary>A block came in.</summary>
    public void BlockCame() => _sinceBlock = Math.Min(0, _sinceBlock);

    /// <summary>A request was taken back: its block may wait in the socket already, and is no fault of the peer's.</summary>
    public void RequestWithdrawn() => _sinceBlock -= RateBucket.MaxNeed;

    /// <summary>The pump has closed the connection: credit that it has not told of came too late to be used.</summary>
    public void Closed()
    {
        _gate.GiveBack(_credit);
        _credit = 0;
    }

    /// <summary>The connection is gone, or is limited otherwise from now on. Credit that is out is told of yet (<see cref="IsDrained"/>).</summary>
    public void End()
    {
        _gate.Leave();
        _gate.IsUsed = false;
    }

    /// <inheritdoc/>
    public void Granted(int bytes, MonoTime now)
    {
        _credit += bytes;
        _sinceBlock += bytes;
        _peer.Send(PeerCommandKind.ReadCredit, bytes);
    }
}
