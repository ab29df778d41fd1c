using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>How much was acknowledged when, and what each packet that goes out has to know of it: so the rate at which the path delivers is measured (as BBR does).</summary>
internal sealed class DeliveryRecord
{
    private MonoTime _at;
    private long _windowSentAt;
    private long _limitedUntil = -1;

    /// <summary>Bytes of the stream that were acknowledged.</summary>
    public long Bytes { get; private set; }

    /// <summary>Something is sent while nothing was on its way: what is measured from here on begins here.</summary>
    /// <param name="lastSent">When a packet was last sent.</param>
    /// <param name="now">The time.</param>
    /// <returns>How long nothing was.</returns>
    public TimeSpan BeginFlight(MonoTime lastSent, MonoTime now)
    {
        TimeSpan idle = now - MonoTime.Max(_at, lastSent);
        _at = now;
        _windowSentAt = now.Nanoseconds;
        return idle;
    }

    /// <summary>Notes in a packet that goes out how things stand.</summary>
    public void Stamp(ref SentPacket packet)
    {
        packet.Delivered = Bytes;
        packet.DeliveredAt = _at.Nanoseconds;
        packet.WindowSentAt = _windowSentAt;
        packet.Flags &= ~SentPacketFlags.AppLimited;
        if (Bytes <= _limitedUntil)
            packet.Flags |= SentPacketFlags.AppLimited;
    }

    /// <summary>There was less to send than the window allows: what is on its way says nothing of the path's limit.</summary>
    public void NoteLimit(long inFlight) => _limitedUntil = Bytes + inFlight;

    /// <summary>Bytes were acknowledged.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="newest">The packet of those that was sent last.</param>
    /// <param name="now">The time.</param>
    /// <returns>The time in which what was delivered since that packet was sent was.</returns>
    public TimeSpan Add(long bytes, in SentPacket newest, MonoTime now)
    {
        Bytes += bytes;
        _at = now;
        _windowSentAt = Math.Max(_windowSentAt, newest.SentAt);
        if (newest.Transmissions == 0)
            return TimeSpan.Zero;

        // Acknowledgements that come in a bunch must not look like a faster path: nothing arrives faster than it was sent.
        return new TimeSpan(Math.Max(now.Nanoseconds - newest.DeliveredAt, newest.SentAt - newest.WindowSentAt) / 100);
    }
}
