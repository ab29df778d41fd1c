using Freshet.Abstractions;

namespace Freshet.Protocol.Utp;

/// <summary>What can be set of uTP. The sizes are limits; memory is taken when it is used.</summary>
public sealed record UtpSettings
{
    /// <summary>Which rule governs how fast streams send.</summary>
    public UtpCongestion Congestion { get; init; } = UtpCongestion.Ledbat;

    /// <summary>Makes a stream's controller, for a payload of so many bytes a packet; null: the one that <see cref="Congestion"/> names.</summary>
    public Func<int, ICongestionController>? MakeController { get; init; }

    /// <summary>The longest datagram to an IPv4 address that is tried: what an Ethernet frame of 1,500 bytes has left behind IP and UDP.</summary>
    public int MaxDatagram { get; init; } = 1472;

    /// <summary>The longest datagram to an IPv6 address that is tried.</summary>
    public int MaxDatagramIPv6 { get; init; } = 1452;

    /// <summary>Bytes that a stream keeps until they are acknowledged: at 4 MiB a round trip of 100 ms allows 40 MiB/s.</summary>
    public int MaxSendBuffer { get; init; } = 4 << 20;

    /// <summary>Bytes that a stream receives ahead of what is read: as much, for the same reason.</summary>
    public int MaxReceiveBuffer { get; init; } = 4 << 20;

    /// <summary>Bytes that all streams may have beyond a small share that each has for itself.</summary>
    public long TotalBuffers { get; init; } = 64L << 20;

    /// <summary>Streams at a time, those that are closing counted.</summary>
    public int MaxStreams { get; init; } = 8192;

    /// <summary>Starts of strangers that have not proven their address, of all and of one stranger.</summary>
    public int MaxHalfOpen { get; init; } = 2048;

    /// <summary>Those of one stranger: an IPv4 address or an IPv6 network.</summary>
    public int MaxHalfOpenOfOne { get; init; } = 16;

    /// <summary>Streams that were closed and still send their rest; the oldest is dropped for another.</summary>
    public int MaxClosing { get; init; } = 256;

    /// <summary>How long a closed stream may take to send its rest.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Our own receive ids are <see cref="IdRemainder"/> modulo this: a system that spreads datagrams over several sockets can tell by it whose they are.</summary>
    public int IdModulus { get; init; } = 1;

    /// <summary>See <see cref="IdModulus"/>.</summary>
    public int IdRemainder { get; init; }
}
