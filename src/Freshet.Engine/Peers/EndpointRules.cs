using System.Buffers.Binary;
using System.Net;

namespace Freshet.Engine.Peers;

/// <summary>Addresses of peers as numbers, and which of them can be dialled.</summary>
internal static class EndpointRules
{
    private static readonly UInt128 MappedPrefix = new(0, 0xFFFF_0000_0000);

    /// <summary>The address as a number; IPv4 as the IPv6 address that it maps to, so that both forms are one peer.</summary>
    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4 ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Whether a number stands for an IPv4 address.</summary>
    public static bool IsMapped(UInt128 number, out uint v4)
    {
        v4 = (uint)number;
        return number >> 32 == MappedPrefix >> 32;
    }

    /// <summary>The same endpoint, its address in IPv4 form where it is one.</summary>
    public static IPEndPoint Normalize(IPEndPoint endpoint)
        => endpoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;

    /// <summary>
    /// Whether a peer can be there at all: not unspecified, multicast, broadcast or reserved, and not port 0. Networks for documentation and benchmarks may be
    /// in use in somebody's laboratory.
    /// </summary>
    public static bool IsDialable(IPEndPoint endpoint)
    {
        if (endpoint.Port == 0)
            return false;
        UInt128 number = ToNumber(endpoint.Address);
        if (IsMapped(number, out uint v4))
            return v4 >> 24 != 0 && v4 < 0xE000_0000;
        return number != 0 && (byte)(number >> 120) != 0xFF;
    }
}
