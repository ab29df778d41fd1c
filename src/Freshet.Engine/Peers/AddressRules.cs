using System.Buffers.Binary;
using System.Net;

namespace Freshet.Engine.Peers;

/// <summary>What kind of place an address is.</summary>
internal static class AddressRules
{
    private static readonly UInt128 MappedPrefix = new(0, 0xFFFF_0000_0000);

    /// <summary>The address as a number; IPv4 as the IPv6 address that it maps to, so that both forms are one peer.</summary>
    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4 ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The same endpoint, its address in IPv4 form where it is one.</summary>
    public static IPEndPoint Normalize(IPEndPoint endpoint)
        => endpoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;

    /// <summary>Whether a peer can be there at all: not unspecified, multicast, broadcast or reserved, and not port 0.</summary>
    public static bool IsDialable(IPEndPoint endpoint)
    {
        if (endpoint.Port == 0)
            return false;
        UInt128 number = ToNumber(endpoint.Address);
        if (IsMapped(number, out uint v4))
            return v4 >> 24 != 0 && v4 < 0xE000_0000;
        return number != 0 && (byte)(number >> 120) != 0xFF;
    }

    public static bool IsLoopback(IPAddress address) => IsLoopback(ToNumber(address));

    /// <summary>
    /// Whether many peers may share the address' prefix without sharing anything else: loopback, private networks (RFC 1918), link-local and unique local
    /// addresses (RFC 4193).
    /// </summary>
    public static bool IsLocal(UInt128 number)
    {
        if (IsLoopback(number))
            return true;
        if (IsMapped(number, out uint v4))
            return v4 >> 24 == 10 || v4 >> 20 == 0xAC1 || v4 >> 16 == 0xC0A8 || v4 >> 16 == 0xA9FE;
        return number >> 118 == 0xFE80 >> 6 || number >> 121 == 0xFC >> 1;
    }

    public static bool IsMapped(UInt128 number, out uint v4)
    {
        v4 = (uint)number;
        return number >> 32 == MappedPrefix >> 32;
    }

    private static bool IsLoopback(UInt128 number) => IsMapped(number, out uint v4) ? v4 >> 24 == 127 : number == 1;
}
