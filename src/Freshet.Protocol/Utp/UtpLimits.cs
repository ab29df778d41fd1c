namespace Freshet.Protocol.Utp;

/// <summary>Times and bounds of uTP that nobody has to set, each with its reason.</summary>
internal static class UtpLimits
{
    /// <summary>A datagram that every path takes: IPv6 guarantees 1,280 bytes, less its header, UDP's and what tunnels add.</summary>
    public const int SafeDatagram = 1200;

    /// <summary>The shortest time that a packet is waited for: a peer may hold an acknowledgement back for 100 ms, and a queue at LEDBAT's target comes and goes with 100 ms more.</summary>
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(300);

    /// <summary>Before anything was measured (RFC 6298, 2.1).</summary>
    public static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that a packet is waited for: from then on a peer that comes back is heard soon enough.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How often a packet times out before its peer is given up: 19 s with the shortest times. libtorrent gives up after three, and does not say so: then the sooner it is dialled again the better.</summary>
    public const int MaxTimeouts = 6;

    /// <summary>How often a start is sent: 1, 2 and 4 seconds apart, then it is given up. Whoever connects tries TCP as well.</summary>
    public const int MaxStarts = 3;

    /// <summary>How long an acknowledgement of a single packet waits for company: as TCP does it; the peer's own time-out is far longer.</summary>
    public static readonly TimeSpan AckDelay = TimeSpan.FromMilliseconds(40);

    /// <summary>Packets at the start of a stream, and after a gap, that are acknowledged at once: the peer's window is one or two packets and opens by them.</summary>
    public const int QuickAcks = 32;

    /// <summary>Silence after which a packet keeps the path through a NAT open: the shortest common limit of UDP mappings is 30 s.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(29);

    /// <summary>Packets behind one that is missing after which it is lost, and equal acknowledgements without a mask that mean the same (RFC 5681).</summary>
    public const int LossThreshold = 3;

    /// <summary>Where packets overtake each other, so many times a quarter of a round trip pass before one is lost for what came later (RFC 8985 has no bound but a round trip).</summary>
    public const int MaxPatience = 4;

    /// <summary>An acknowledgement that is later than usual by this is asked for by sending the last packet again: timers are that coarse on either side.</summary>
    public static readonly TimeSpan TailDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>How often the last packet is sent again to hear what has arrived, before a time-out, which is far longer and takes the window down to one packet.</summary>
    public const int MaxTails = 2;

    /// <summary>What a peer may hold an acknowledgement of a single packet back, until it is known what it does.</summary>
    public static readonly TimeSpan PeerAckDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Packets ahead of the one that is missing that any peer keeps: libutp has 1,024 places.</summary>
    public const int CommonReorder = 1000;

    /// <summary>A peer with a larger window has places in proportion: libtorrent counts one for so many bytes of it.</summary>
    public const int BytesPerPlace = 1100;

    /// <summary>The longest mask of selective acknowledgements that is sent: the length is one byte, and a multiple of four.</summary>
    public const int MaxSelectiveAck = 252;

    /// <summary>How long memory stays after the last packet: a conversation has pauses.</summary>
    public static readonly TimeSpan TrimAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long a stream that is closed still answers a repeated end of its peer.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(3);
}
