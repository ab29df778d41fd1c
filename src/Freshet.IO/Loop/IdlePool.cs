using Freshet.Core;

namespace Freshet.IO.Loop;

/// <summary>
/// Gives the memory of the block pool back to the system once no block has been out for a while; until then the slabs stay, for taking them anew for
/// every piece would cost a page fault for each 4 KiB.
/// </summary>
internal sealed class IdlePool(BlockPool pool)
{
    /// <summary>Longer than the pauses of a download that is under way, short beside the hours that a session is idle.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private MonoTime _trimAt = MonoTime.Never;
    private bool _isTrimmed = true;

    /// <summary>Looks at the pool; the time at which to look again at the latest.</summary>
    public MonoTime Look(MonoTime now)
    {
        if (pool.RentedBlocks > 0)
        {
            _isTrimmed = false;
            _trimAt = MonoTime.Never;
        }
        else if (!_isTrimmed && _trimAt.IsNever)
        {
            _trimAt = now + Patience;
        }
        else if (now >= _trimAt)
        {
            pool.Trim();
            _isTrimmed = true;
            _trimAt = MonoTime.Never;
        }

        return _trimAt;
    }
}
