using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// Spreads a window over the round trip: each packet has its time, and may go out a little before it. Half of that little is waited for, so that the system is handed many packets at
/// once, and the other half makes good for timers that are late. A field, never a copy.
/// </summary>
internal struct Pacer()
{
    // Two full packets at the least, so that a peer need not wait to acknowledge.
    private const int MinBurst = 3000;

    // A millisecond's worth at a time, as timers are that fine, and a millisecond for their being late; a network's queues take that, it is no more than the shortest round trip that is paced.
    private const long Ahead = 2_000_000;

    // Where acknowledgements come back faster than timers fire, they are the clock.
    private static readonly TimeSpan TooShort = TimeSpan.FromMilliseconds(2);

    private long _next;

    /// <summary>When it is worth to send again; Never: nothing waits for that.</summary>
    public MonoTime At { get; private set; } = MonoTime.Never;

    /// <summary>Whether a packet may go out now; if not, <see cref="At"/> says when.</summary>
    /// <param name="rate">Bytes a second; 0: not paced.</param>
    /// <param name="roundTrip">The stream's round trip.</param>
    /// <param name="now">The time.</param>
    public bool MaySend(long rate, TimeSpan roundTrip, MonoTime now)
    {
        if (rate == 0 || roundTrip < TooShort || _next - Slack(rate) <= now.Nanoseconds)
            return true;
        At = new MonoTime(_next - (Slack(rate) / 2));
        return false;
    }

    /// <summary>A packet went out.</summary>
    public void Sent(int bytes, long rate, TimeSpan roundTrip, MonoTime now)
    {
        if (rate > 0 && roundTrip >= TooShort)
            _next = Math.Max(_next, now.Nanoseconds) + (bytes * 1_000_000_000L / rate);
    }

    /// <summary>Nothing waits.</summary>
    public void Rest() => At = MonoTime.Never;

    private static long Slack(long rate) => Math.Max(Ahead, MinBurst * 1_000_000_000L / rate);
}
