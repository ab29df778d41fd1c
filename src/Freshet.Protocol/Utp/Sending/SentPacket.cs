namespace Freshet.Protocol.Utp.Sending;

/// <summary>What is kept of a packet until it is acknowledged; its bytes are in the stream's ring.</summary>
internal struct SentPacket
{
    /// <summary>Where its payload begins in the stream.</summary>
    public long Position;

    /// <summary>When it was last sent, in nanoseconds.</summary>
    public long SentAt;

    /// <summary>Bytes of the stream that were acknowledged when it was last sent.</summary>
    public long Delivered;

    /// <summary>When the last of those was acknowledged, in nanoseconds.</summary>
    public long DeliveredAt;

    /// <summary>When the packet was sent that was the newest to be acknowledged then, in nanoseconds.</summary>
    public long WindowSentAt;

    /// <summary>Bytes of payload.</summary>
    public int Length;

    /// <summary>How often it was sent; stays where it is when it no longer matters.</summary>
    public byte Transmissions;

    /// <summary>What is known of it.</summary>
    public SentPacketFlags Flags;

    /// <summary>Whether a flag is set.</summary>
    public readonly bool Is(SentPacketFlags flag) => (Flags & flag) != 0;
}

/// <summary>What is known of a packet that was sent.</summary>
[Flags]
internal enum SentPacketFlags : byte
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>It arrived, behind a gap.</summary>
    Arrived = 1,

    /// <summary>It is lost and has to be sent again.</summary>
    Lost = 2,

    /// <summary>It starts the stream.</summary>
    Syn = 4,

    /// <summary>It ends the stream.</summary>
    Fin = 8,

    /// <summary>It was last sent as a probe of the path.</summary>
    Probe = 16,

    /// <summary>There was less to send than the window allowed.</summary>
    AppLimited = 32,

    /// <summary>It was sent again only to hear what has arrived.</summary>
    Tail = 64,
}
