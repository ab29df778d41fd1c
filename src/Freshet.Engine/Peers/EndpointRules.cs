using System.Buffers.Binary;
using System.Net;
using Freshet.Abstractions;

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
    /// Whether a rumour of an address may pass between us and a partner: an address of a local network means another host in every other one, and loopback another on
    /// each machine. So such a one is told to, and believed of, those only who are as near.
    /// </summary>
    public static bool MayBeTold(IPAddress address, IPAddress partner) => AddressRules.Classify(address) switch
    {
        AddressScope.Loopback => AddressRules.Classify(partner) == AddressScope.Loopback,
        AddressScope.Lan or AddressScope.LinkLocal => AddressRules.Classify(partner) is AddressScope.Lan or AddressScope.LinkLocal or AddressScope.Loopback,
        _ => true,
    };

    /// <summary>
    /// Whether a port may be dialled on a stranger's word: below 1024 are the doors of web, mail and name servers, at which a false rumour would have a whole swarm knock
    /// (THREATS W8).
    /// </summary>
    public static bool IsPeersPort(int port) => port >= 1024;

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
