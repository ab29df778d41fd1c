using System.Buffers.Binary;
using System.Net;

namespace Freshet.IO.Native;

/// <summary>Linux's <c>sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
internal static class SocketAddressBytes
{
    /// <summary>Room for either.</summary>
    public const int MaxLength = 28;

    private const int IPv4Length = 16;
    private const ushort IPv4 = 2;
    private const ushort IPv6 = 10;

    /// <summary>Writes an end point; all of <paramref name="to"/> is overwritten.</summary>
    /// <returns>The length.</returns>
    public static int Write(IPEndPoint endpoint, Span<byte> to)
    {
        to.Clear();
        bool six = endpoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        BitConverter.TryWriteBytes(to, six ? IPv6 : IPv4);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)endpoint.Port);
        endpoint.Address.TryWriteBytes(to[(six ? 8 : 4)..], out _);
        if (six)
            BitConverter.TryWriteBytes(to[24..], (uint)endpoint.Address.ScopeId);
        return six ? MaxLength : IPv4Length;
    }

    /// <summary>Reads an end point, or null where the family is another.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> from)
    {
        if (from.Length < IPv4Length)
            return null;
        int port = BinaryPrimitives.ReadUInt16BigEndian(from[2..]);
        return BitConverter.ToUInt16(from) switch
        {
            IPv4 => new IPEndPoint(new IPAddress(from.Slice(4, 4)), port),
            IPv6 when from.Length >= MaxLength => new IPEndPoint(new IPAddress(from.Slice(8, 16), BitConverter.ToUInt32(from[24..])), port),
            _ => null,
        };
    }
}
