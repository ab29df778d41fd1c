using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// Spreads a window over the round trip: each packet has its time, and what is due within the next millisecond goes out together, so that the system is handed many at once and
/// timers need not be finer. A field, never a copy.
/// </summary>
internal struct Pacer
{
    // What goes out together at the least: less is no use to a system that cuts one large datagram into many.
    private const int MinBurst = 16 * 1024;

    // A millisecond's worth, as timers are that fine; a network's queues take that, it is a small part of any round trip that is paced.
    private const long Ahead = 1_000_000;

    // Where acknowledgements come back faster than timers fire, they are the clock.
    private static readonly TimeSpan TooShort = TimeSpan.FromMilliseconds(2);

    private long _next;

    /// <summary>When the next packet may go out at a rate.</summary>
    public readonly MonoTime Next(long rate) => new(_next - Slack(rate));

    /// <summary>Whether a stream of this round trip is paced at all.</summary>
    public static bool Applies(long rate, TimeSpan roundTrip) => rate > 0 && roundTrip >= TooShort;

    /// <summary>Whether a packet may go out now.</summary>
    public readonly bool MaySend(long rate, MonoTime now) => _next - Slack(rate) <= now.Nanoseconds;

    /// <summary>A packet went out.</summary>
    public void Sent(int bytes, long rate, MonoTime now) => _next = Math.Max(_next, now.Nanoseconds) + (bytes * 1_000_000_000L / rate);

    private static long Slack(long rate) => Math.Max(Ahead, MinBurst * 1_000_000_000L / rate);
}
