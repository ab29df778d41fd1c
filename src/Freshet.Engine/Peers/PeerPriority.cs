using System.Net;
using System.Numerics;

namespace Freshet.Engine.Peers;

/// <summary>
/// The canonical peer priority of BEP 40: both ends of a connection reckon the same number, so that all agree on whom to prefer, and a stranger who fills places must
/// have addresses that win everywhere.
/// </summary>
public static class PeerPriority
{
    private const byte Half = 0x55;

    /// <summary>The priority of a connection between two addresses of one family; 0 for two families, between which there is no connection.</summary>
    public static uint Between(IPEndPoint one, IPEndPoint other)
    {
        Span<byte> first = stackalloc byte[16];
        Span<byte> second = stackalloc byte[16];
        if (!Unmapped(one.Address).TryWriteBytes(first, out int length) || !Unmapped(other.Address).TryWriteBytes(second, out int otherLength) || length != otherLength)
            return 0;
        first = first[..length];
        second = second[..length];
        int common = first.CommonPrefixLength(second);
        if (common == length)
            return OfPorts((ushort)one.Port, (ushort)other.Port);

        // Of IPv4 addresses two bytes count whole, of IPv6 ones six; the nearer the addresses are to each other, the more.
        int least = length == 4 ? 2 : 6;
        int whole = common < least ? least : common + 1;
        for (int i = whole; i < length; i++)
        {
            first[i] &= Half;
            second[i] &= Half;
        }

        bool isFirstLess = first.SequenceCompareTo(second) <= 0;
        return ~Append(Append(uint.MaxValue, isFirstLess ? first : second), isFirstLess ? second : first);
    }

    private static uint OfPorts(ushort one, ushort other)
    {
        (ushort less, ushort more) = one <= other ? (one, other) : (other, one);
        return ~Append(uint.MaxValue, [(byte)(less >> 8), (byte)less, (byte)(more >> 8), (byte)more]);
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
