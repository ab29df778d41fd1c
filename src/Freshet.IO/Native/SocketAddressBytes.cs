using System.Buffers.Binary;
using System.Net;
using Freshet.Abstractions;

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

    /// <summary>Writes the address of a datagram into a <c>sockaddr</c> whose family is written already, in whatever way the system writes it.</summary>
    public static void WriteRest(in DatagramAddress address, Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], address.Port);
        if (address.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)address.Low);
            return;
        }

        BinaryPrimitives.WriteUInt64BigEndian(to[8..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(to[16..], address.Low);
        BitConverter.TryWriteBytes(to[24..], address.Scope);
    }

    /// <summary>Writes the address of a datagram; all of <paramref name="to"/> is overwritten.</summary>
    /// <returns>The length.</returns>
    public static int Write(in DatagramAddress address, Span<byte> to)
    {
        to.Clear();
        BitConverter.TryWriteBytes(to, address.IsIPv4 ? IPv4 : IPv6);
        WriteRest(address, to);
        return address.IsIPv4 ? IPv4Length : MaxLength;
    }

    /// <summary>Reads the address of a datagram, on any system.</summary>
    /// <param name="from">A whole <c>sockaddr</c> of the family.</param>
    /// <param name="isIPv4">Which family it is.</param>
    public static DatagramAddress ReadRest(ReadOnlySpan<byte> from, bool isIPv4)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(from[2..]);
        if (isIPv4)
            return DatagramAddress.OfIPv4(BinaryPrimitives.ReadUInt32BigEndian(from[4..]), port);
        return new DatagramAddress(
            BinaryPrimitives.ReadUInt64BigEndian(from[8..]), BinaryPrimitives.ReadUInt64BigEndian(from[16..]), port, BitConverter.ToUInt32(from[24..]));
    }
}
