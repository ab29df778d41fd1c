using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Freshet.Abstractions;

/// <summary>
/// Where a datagram comes from or goes to, as a value: an <see cref="IPEndPoint"/> is two objects on the heap, and hundreds of thousands of datagrams come in a second.
/// An IPv4 address is kept as IPv6 writes it (::ffff:a.b.c.d).
/// </summary>
/// <param name="High">The first eight bytes of the address, most significant first.</param>
/// <param name="Low">The last eight bytes of the address, most significant first.</param>
/// <param name="Port">The port.</param>
/// <param name="Scope">The interface of a link-local IPv6 address; else 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DatagramAddress(ulong High, ulong Low, ushort Port, uint Scope = 0)
{
    private const ulong IPv4Prefix = 0xFFFFUL << 32;

    /// <summary>Whether it is an IPv4 address.</summary>
    public bool IsIPv4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == IPv4Prefix;

    /// <summary>An IPv4 address.</summary>
    /// <param name="address">Its four bytes, most significant first.</param>
    /// <param name="port">The port.</param>
    public static DatagramAddress OfIPv4(uint address, ushort port) => new(0, IPv4Prefix | address, port);

    /// <summary>The value of an end point.</summary>
    public static DatagramAddress Of(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Span<byte> bytes = stackalloc byte[16];
        endpoint.Address.TryWriteBytes(bytes, out int length);
        if (length == 4)
            return OfIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)endpoint.Port);
        return new DatagramAddress(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            (ushort)endpoint.Port,
            (uint)endpoint.Address.ScopeId);
    }

    /// <summary>The end point; a new one each time.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Low);
            return new IPEndPoint(new IPAddress(bytes[..4]), Port);
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPEndPoint(new IPAddress(bytes, Scope), Port);
    }

    /// <summary>The family of the address.</summary>
    public AddressFamily Family => IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    /// <inheritdoc/>
    public override string ToString() => ToEndPoint().ToString();
}
