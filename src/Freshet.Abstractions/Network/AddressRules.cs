using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Freshet.Abstractions;

/// <summary>Where an address lies, as far as its number says.</summary>
public enum AddressScope : byte
{
    /// <summary>Anywhere on the internet.</summary>
    Global,

    /// <summary>A private network: RFC 1918, the carriers' 100.64/10, unique local IPv6.</summary>
    Lan,

    /// <summary>One wire: 169.254/16 (where clouds keep their metadata) and fe80::/10.</summary>
    LinkLocal,

    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>No host: unspecified, multicast, broadcast, reserved, documentation.</summary>
    Special,
}

/// <summary>
/// Classifies addresses by the registries of IANA. An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is what that one is, so that no
/// spelling gets around a rule (THREATS H1).
/// </summary>
public static class AddressRules
{
    /// <summary>Where an address lies.</summary>
    public static AddressScope Classify(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return Classify(bytes[..length]);
    }

    /// <summary>Where an address of 4 or 16 bytes lies.</summary>
    public static AddressScope Classify(ReadOnlySpan<byte> address)
        => address.Length == 4 ? ClassifyIPv4(BinaryPrimitives.ReadUInt32BigEndian(address)) : ClassifyIPv6(address);

    /// <summary>Whether a connection to this address is allowed.</summary>
    public static bool Allows(AddressPolicy policy, IPAddress address)
        => policy == AddressPolicy.GlobalOnly ? Classify(address) == AddressScope.Global : Classify(address) != AddressScope.Special;

    /// <summary>
    /// What counts as one stranger: an IPv4 address, or the /64 of an IPv6 one, since whoever has one of those has 2^64 of them (THREATS F8).
    /// </summary>
    public static UInt128 StrangerKey(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address = Unmapped(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes, out _);
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes) & ((UInt128)ulong.MaxValue << 64);
    }

    /// <summary>The IPv4 address where it is one in IPv6 clothes (::ffff:a.b.c.d), else the address itself.</summary>
    [return: NotNullIfNotNull(nameof(address))]
    public static IPAddress? Unmapped(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private static AddressScope ClassifyIPv4(uint address) => address switch
    {
        _ when In(address, 0x7F000000, 8) => AddressScope.Loopback,
        _ when In(address, 0x0A000000, 8) || In(address, 0xAC100000, 12) || In(address, 0xC0A80000, 16) || In(address, 0x64400000, 10)
            => AddressScope.Lan,
        _ when In(address, 0xA9FE0000, 16) => AddressScope.LinkLocal,
        _ when In(address, 0, 8) // this network
            || In(address, 0xC0000000, 24) // 192.0.0/24, protocol assignments
            || In(address, 0xC0000200, 24) || In(address, 0xC6336400, 24) || In(address, 0xCB007100, 24) // documentation
            || In(address, 0xC0586300, 24) // 6to4 relays, withdrawn
            || In(address, 0xC6120000, 15) // benchmarks
            || address >= 0xE0000000 // multicast, reserved, broadcast
            => AddressScope.Special,
        _ => AddressScope.Global,
    };

    private static AddressScope ClassifyIPv6(ReadOnlySpan<byte> bytes)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        uint last = (uint)low;
        if (high == 0)
        {
            return low switch
            {
                1 => AddressScope.Loopback,
                _ when low >> 32 == 0xFFFF => ClassifyIPv4(last), // ::ffff:a.b.c.d, mapped
                _ => AddressScope.Special, // ::, and the withdrawn ::a.b.c.d
            };
        }

        return (ushort)(high >> 48) switch
        {
            0x0064 when high == 0x0064_FF9B_0000_0000 && low >> 32 == 0 => ClassifyIPv4(last), // 64:ff9b::/96, NAT64
            0x2002 => ClassifyIPv4((uint)(high >> 16)), // 2002::/16, 6to4
            0x2001 when (high >> 41) << 41 == 0x2001_0000_0000_0000 => AddressScope.Special, // 2001::/23: Teredo, benchmarks, ORCHID
            0x2001 when high >> 32 == 0x2001_0DB8 => AddressScope.Special, // documentation
            0x3FFF when (high >> 44) == 0x3FFF_0 => AddressScope.Special, // documentation
            >= 0x2000 and <= 0x3FFF => AddressScope.Global, // 2000::/3, all that is given out
            >= 0xFC00 and <= 0xFDFF => AddressScope.Lan, // unique local
            >= 0xFE80 and <= 0xFEBF => AddressScope.LinkLocal,
            >= 0xFEC0 and <= 0xFEFF => AddressScope.Lan, // site-local, withdrawn but private
            _ => AddressScope.Special,
        };
    }

    private static bool In(uint address, uint network, int prefix) => (address ^ network) >> (32 - prefix) == 0;
}
