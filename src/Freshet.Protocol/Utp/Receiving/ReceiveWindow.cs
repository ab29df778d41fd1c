using Freshet.Core;

namespace Freshet.Protocol.Utp.Receiving;

/// <summary>
/// How much a peer may send ahead: it doubles when the application took half of it in little more than a round trip, so that the window is never what limits a stream whose bytes are
/// wanted, and a stream that is not read promises no more than its own share. A field, never a copy.
/// </summary>
internal struct ReceiveWindow(BufferBudget budget, int most)
{
    // What each stream may promise by itself: a start of ten packets doubles twice before it is met.
    private const int Own = 64 * 1024;

    // Who only receives knows no round trip: then one of the longest there are.
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1);

    // What is known may have been measured before queues filled, and peers hold acknowledgements back.
    private static readonly TimeSpan Queues = TimeSpan.FromMilliseconds(300);

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
        if (_taken < Size / 2)
            return;
        TimeSpan limit = roundTrip == TimeSpan.Zero ? Unknown : (roundTrip * 2) + Queues;
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
