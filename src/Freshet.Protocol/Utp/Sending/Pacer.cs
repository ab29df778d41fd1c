using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// Spreads a window over the round trip: each packet has its time, and may go out a little before it. Half of that little is waited for, so that the system is handed many packets at
/// once, and the other half makes good for timers that are late. A field, never a copy.
/// </summary>
internal struct Pacer
{
    // Two full packets at the least, so that a peer need not wait to acknowledge.
    private const int MinBurst = 3000;

    // A millisecond's worth at a time, as timers are that fine, and a millisecond for their being late; a network's queues take that, it is no more than the shortest round trip that is paced.
    private const long Ahead = 2_000_000;

    // Where acknowledgements come back faster than timers fire, they are the clock.
    private static readonly TimeSpan TooShort = TimeSpan.FromMilliseconds(2);

    private long _next;

    /// <summary>When it is worth to send again.</summary>
    public readonly MonoTime Next(long rate) => new(_next - (Slack(rate) / 2));

    /// <summary>Whether a stream of this round trip is paced at all.</summary>
    public static bool Applies(long rate, TimeSpan roundTrip) => rate > 0 && roundTrip >= TooShort;

    /// <summary>Whether a packet may go out now.</summary>
    public readonly bool MaySend(long rate, MonoTime now) => _next - Slack(rate) <= now.Nanoseconds;

    /// <summary>A packet went out.</summary>
    public void Sent(int bytes, long rate, MonoTime now) => _next = Math.Max(_next, now.Nanoseconds) + (bytes * 1_000_000_000L / rate);

    private static long Slack(long rate) => Math.Max(Ahead, MinBurst * 1_000_000_000L / rate);
}
