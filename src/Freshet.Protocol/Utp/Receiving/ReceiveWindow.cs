using Freshet.Core;

namespace Freshet.Protocol.Utp.Receiving;

/// <summary>
/// How much a peer may send ahead: it doubles when the application took a whole window within two round trips, so that the window is never what limits a stream whose bytes are
/// wanted, and a stream that is not read promises no more than its own share. A field, never a copy.
/// </summary>
internal struct ReceiveWindow(BufferBudget budget, int most)
{
    // What each stream may promise by itself: some 25 MiB/s at a round trip of ten milliseconds, and no memory before it is filled.
    private const int Own = 256 * 1024;

    // Where the round trip is not known: what takes longer than this to fill a window does not need a larger one on most paths.
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(100);

    private BufferShare _share = new(budget, Own, most);
    private long _taken;
    private MonoTime _since;

    /// <summary>What a new stream promises.</summary>
    public static int FirstSize(int most) => Math.Min(Own, most);

    /// <summary>The whole window.</summary>
    public readonly int Size => _share.Size;

    /// <summary>The application took bytes.</summary>
    public void Took(int bytes) => _taken += bytes;

    /// <summary>Looks whether the window is too small; called as often as packets come.</summary>
    public void Tune(TimeSpan roundTrip, MonoTime now)
    {
        if (_taken < Size)
            return;
        TimeSpan limit = roundTrip == TimeSpan.Zero ? Unknown : roundTrip * 2;
        if (now - _since <= limit)
            _share.Grow(2L * Size);
        _taken = 0;
        _since = now;
    }

    /// <summary>The stream is idle: what it promised beyond its own share is for others.</summary>
    public void Release()
    {
        _share.Release();
        _taken = 0;
    }
}
