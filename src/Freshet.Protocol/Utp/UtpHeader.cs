using System.Buffers.Binary;

namespace Freshet.Protocol.Utp;

/// <summary>The twenty bytes at the start of each packet (BEP 29), as values.</summary>
/// <param name="Type">What the packet is for.</param>
/// <param name="ConnectionId">The stream, as the receiver knows it.</param>
/// <param name="Timestamp">When it was sent, in microseconds of the sender's clock, modulo 2^32.</param>
/// <param name="TimestampDifference">What the sender measured of the last packet that it received: its clock less that packet's timestamp; 0: nothing yet.</param>
/// <param name="Window">Bytes for which the sender has room.</param>
/// <param name="Sequence">The packet's number.</param>
/// <param name="Ack">The last number up to which the sender has received everything.</param>
public readonly record struct UtpHeader(
    UtpPacketType Type,
    ushort ConnectionId,
    uint Timestamp,
    uint TimestampDifference,
    uint Window,
    ushort Sequence,
    ushort Ack)
{
    /// <summary>Bytes of a header without extensions.</summary>
    public const int Length = 20;

    /// <summary>The only version there is.</summary>
    public const int Version = 1;

    /// <summary>The extension of selective acknowledgements.</summary>
    public const byte SelectiveAck = 1;

    /// <summary>An extension that nobody knows and everybody skips: it makes a packet longer than its payload needs, to see whether the path takes it.</summary>
    public const byte Padding = 0x70;

    /// <summary>Writes the header.</summary>
    /// <param name="to">At least <see cref="Length"/> bytes.</param>
    /// <param name="extension">The type of the first extension behind it; 0: none.</param>
    public void Write(Span<byte> to, byte extension = 0)
    {
        to = to[..Length];
        to[0] = (byte)(((int)Type << 4) | Version);
        to[1] = extension;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], ConnectionId);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], TimestampDifference);
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], Window);
        BinaryPrimitives.WriteUInt16BigEndian(to[16..], Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(to[18..], Ack);
    }
}
