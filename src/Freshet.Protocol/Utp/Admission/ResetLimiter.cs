using Freshet.Core;

namespace Freshet.Protocol.Utp.Admission;

/// <summary>How many strangers are told a second that there is no such stream: enough after a restart, and too few for those whose address was forged to notice.</summary>
internal sealed class ResetLimiter
{
    private const int MostAtOnce = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    // When the bucket is full again.
    private MonoTime _full;

    /// <summary>Whether another one may be told.</summary>
    public bool TryTake(MonoTime now)
    {
        MonoTime full = MonoTime.Max(_full, now) + Interval;
        if (full - now > Interval * MostAtOnce)
            return false;
        _full = full;
        return true;
    }
}
