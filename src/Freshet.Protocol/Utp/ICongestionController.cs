using Freshet.Core;

namespace Freshet.Protocol.Utp;

/// <summary>
/// How much of one uTP stream may be on its way, and how fast it goes out. The stream tells what happened; the controller decides nothing else: what is lost, what is sent
/// again and when is the stream's to find out. Used by one thread, allocates nothing after it was made.
/// </summary>
public interface ICongestionController
{
    /// <summary>Bytes of payload that may be on their way; never below one packet.</summary>
    long Window { get; }

    /// <summary>Bytes a second at which packets go out, so that a window does not leave in one burst; 0: nothing is known yet, all at once.</summary>
    long PacingRate { get; }

    /// <summary>How large a packet's payload is now; path MTU discovery changes it.</summary>
    /// <param name="bytes">Bytes of payload.</param>
    void SetPacketSize(int bytes);

    /// <summary>An acknowledgement told of new bytes.</summary>
    void OnAcked(in UtpAckSample sample);

    /// <summary>A packet was found to be lost by what came after it. Many losses of one window are one event: the controller sees to that by <see cref="UtpLossSample.SentAt"/>.</summary>
    void OnLost(in UtpLossSample sample);

    /// <summary>Packets that were said to be lost have arrived as they were first sent: others had overtaken them.</summary>
    /// <param name="packets">How many.</param>
    /// <param name="now">The time.</param>
    void OnNotLost(int packets, MonoTime now);

    /// <summary>No acknowledgement came for a whole retransmission time-out: all that was on its way counts as lost.</summary>
    /// <param name="now">The time.</param>
    void OnTimeout(MonoTime now);

    /// <summary>Nothing was on its way for a while and now something is sent again.</summary>
    /// <param name="idle">How long nothing was.</param>
    /// <param name="now">The time.</param>
    void OnIdle(TimeSpan idle, MonoTime now);
}

/// <summary>What one acknowledgement says.</summary>
/// <param name="Now">When it came.</param>
/// <param name="Bytes">Bytes of payload that it is the first to acknowledge, those in the selective part counted.</param>
/// <param name="InFlight">Bytes that were on their way before it.</param>
/// <param name="RoundTrip">The round trip of the newest packet that it acknowledges and that was sent once; zero: there is none.</param>
/// <param name="SmoothedRoundTrip">The smoothed round trip of the stream.</param>
/// <param name="Delay">
/// The peer's <c>timestamp_difference_microseconds</c>: one-way delay from us to it, plus the difference of both clocks, modulo 2^32. Only differences of two of them mean anything. Null: not given.
/// </param>
/// <param name="Delivered">Bytes of payload of the whole stream that were acknowledged until now, these counted.</param>
/// <param name="DeliveredAtSend">What <paramref name="Delivered"/> was when the newest packet that this acknowledges was sent.</param>
/// <param name="SendInterval">From when that packet's predecessor window was acknowledged until now: <c>(Delivered - DeliveredAtSend) / SendInterval</c> is the rate of delivery.</param>
/// <param name="IsAppLimited">Whether the sender had less to send than the window allowed: then nothing is learned of the path's limit.</param>
public readonly record struct UtpAckSample(
    MonoTime Now,
    long Bytes,
    long InFlight,
    TimeSpan RoundTrip,
    TimeSpan SmoothedRoundTrip,
    uint? Delay,
    long Delivered,
    long DeliveredAtSend,
    TimeSpan SendInterval,
    bool IsAppLimited);

/// <summary>One packet that is lost.</summary>
/// <param name="Now">When that was found.</param>
/// <param name="Bytes">Its payload.</param>
/// <param name="InFlight">Bytes that were on their way before, these counted.</param>
/// <param name="SentAt">When it was last sent: a packet sent before the last reduction of the window tells of the same congestion.</param>
public readonly record struct UtpLossSample(MonoTime Now, int Bytes, long InFlight, MonoTime SentAt);
