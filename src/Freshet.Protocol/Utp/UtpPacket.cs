using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Freshet.Protocol.Utp;

/// <summary>A datagram that was read as a packet of uTP; its parts lie in the datagram's own bytes.</summary>
public readonly ref struct UtpPacket
{
    private UtpPacket(UtpHeader header, ReadOnlySpan<byte> selectiveAck, ReadOnlySpan<byte> payload)
    {
        Header = header;
        SelectiveAck = selectiveAck;
        Payload = payload;
    }

    /// <summary>The header.</summary>
    public UtpHeader Header { get; }

    /// <summary>The bit mask of packets that came behind a gap; empty: none was given. Its first bit stands for two after <see cref="UtpHeader.Ack"/>.</summary>
    public ReadOnlySpan<byte> SelectiveAck { get; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads a datagram. Extensions that are not known are skipped, as the specification wants it.</summary>
    /// <returns>False: it is no packet of uTP.</returns>
    // Once a packet, a million times a GiB: compiled as well as can be from its first call on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRead(ReadOnlySpan<byte> datagram, out UtpPacket packet)
    {
        packet = default;
        if (datagram.Length < UtpHeader.Length || (datagram[0] & 15) != UtpHeader.Version || datagram[0] >> 4 > (int)UtpPacketType.Syn)
            return false;
        var header = new UtpHeader(
            (UtpPacketType)(datagram[0] >> 4),
            BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]),
            BinaryPrimitives.ReadUInt16BigEndian(datagram[16..]),
            BinaryPrimitives.ReadUInt16BigEndian(datagram[18..]));
        ReadOnlySpan<byte> selectiveAck = default;
        ReadOnlySpan<byte> rest = datagram[UtpHeader.Length..];
        for (byte extension = datagram[1]; extension != 0;)
        {
            // Each takes at least two bytes of the datagram: the list is as short as it.
            if (rest.Length < 2 || rest.Length - 2 < rest[1])
                return false;
            if (extension == UtpHeader.SelectiveAck)
                selectiveAck = rest.Slice(2, rest[1]);
            extension = rest[0];
            rest = rest[(2 + rest[1])..];
        }

        packet = new UtpPacket(header, selectiveAck, rest);
        return true;
    }
}
