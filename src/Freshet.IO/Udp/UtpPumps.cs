using System.Buffers.Binary;

namespace Freshet.IO.Udp;

/// <summary>
/// Which of several pumps a uTP datagram is for. Each pump draws the ids that peers send to it so that they tell its number: the id modulo the pumps. A SYN carries one less
/// than the id that its stream is answered under (BEP 29), so that the pump that gets it can keep the stream.
/// </summary>
internal static class UtpPumps
{
    /// <summary>The first byte of a SYN: type 4, version 1.</summary>
    public const byte Syn = 0x41;

    /// <summary>The first byte of a RESET: type 3, version 1.</summary>
    public const byte Reset = 0x31;

    /// <summary>Where the connection id is.</summary>
    public const int IdOffset = 2;

    /// <summary>
    /// Whether the stream may be another pump's all the same: a RESET may carry the id that its stream sends under, which is one more or one less than the one it is known by.
    /// </summary>
    public static bool IsReset(ReadOnlySpan<byte> datagram) => datagram.Length >= IdOffset + sizeof(ushort) && datagram[0] == Reset;

    /// <summary>The pump that a datagram is for; 0 for one that is too short to tell.</summary>
    public static int Of(ReadOnlySpan<byte> datagram, int pumps)
    {
        if (datagram.Length < IdOffset + sizeof(ushort))
            return 0;
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(datagram[IdOffset..]);
        return (datagram[0] == Syn ? (ushort)(id + 1) : id) % pumps;
    }
}
