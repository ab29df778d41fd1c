using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Engine.Torrents;

/// <summary>Lets the blocks of one connection out at the pace of its limits: each is paid for before the pump hears of it.</summary>
internal sealed class SendLimit : IRateWaiter
{
    private readonly UploadQueue _queue;
    private readonly RateGate _gate;
    private int _granted;

    public SendLimit(UploadQueue queue, ReadOnlySpan<RateBucket> row)
    {
        _queue = queue;
        _gate = new RateGate(this, row);
    }

    /// <summary>
    /// Payload that may be ahead with the pump: an eighth of a second of the limit, because what a slow reader leaves there was paid for long before it leaves.
    /// </summary>
    public int MostAhead => (int)Math.Clamp(_gate.Rate / 8, 2 * BlockRange.BlockLength, UploadQueue.MaxAhead);

    /// <summary>Pays for a block; where it cannot yet, <see cref="UploadQueue.Serve"/> is called when it can.</summary>
    /// <param name="block">The block's length.</param>
    /// <param name="wanted">The lengths of all blocks that wait, this one counted.</param>
    /// <param name="now">The time.</param>
    public bool TryPay(int block, long wanted, MonoTime now)
    {
        int cost = RateCost.OfBlock(block);
        if (_granted < cost)
            _granted += _gate.TryTake(cost - _granted, (int)Math.Min(wanted, int.MaxValue) - _granted, now);
        if (_granted < cost)
            return false;
        _granted -= cost;
        return true;
    }

    /// <summary>Blocks that were paid for are not sent after all.</summary>
    public void PayBack(int bytes, int blocks) => _gate.GiveBack(bytes + (blocks * RateCost.BlockHeader));

    /// <summary>Nothing is to be paid for the moment: what is left is for others.</summary>
    public void ReturnRest()
    {
        if (_gate.IsWaiting || _granted == 0)
            return;
        _gate.GiveBack(_granted);
        _granted = 0;
    }

    /// <summary>The connection is gone, or is limited otherwise from now on.</summary>
    public void End()
    {
        _gate.Leave();
        ReturnRest();
    }

    /// <inheritdoc/>
    public void Granted(int bytes, MonoTime now)
    {
        _granted += bytes;
        _queue.Serve(now);
    }
}
