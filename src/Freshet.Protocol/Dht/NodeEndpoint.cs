using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;

namespace Freshet.Protocol.Dht;

/// <summary>
/// An address and a port as a value that is kept by the thousand: the DHT's compact form, 6 bytes for IPv4 and 18 for IPv6 (BEP 5, 32). An IPv4 address is held
/// as the IPv6 one that it maps to, so that both spellings are one.
/// </summary>
/// <param name="High">The first 8 bytes of the address.</param>
/// <param name="Low">The last 8 bytes.</param>
/// <param name="Port">The port.</param>
public readonly record struct NodeEndpoint(ulong High, ulong Low, ushort Port)
{
    /// <summary>Bytes of a compact IPv4 endpoint.</summary>
    public const int Length4 = 6;

    /// <summary>Bytes of a compact IPv6 endpoint.</summary>
    public const int Length6 = 18;

    private const ulong MappedPrefix = 0xFFFF;

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsIPv4 => High == 0 && Low >> 32 == MappedPrefix;

    /// <summary>Where the address lies.</summary>
    public AddressScope Scope
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            return AddressRules.Classify(bytes[..WriteAddress(bytes)]);
        }
    }

    /// <summary>Whether a node or a peer can be there at all: a port, and an address of a host.</summary>
    public bool IsUsable => Port != 0 && Scope != AddressScope.Special;

    /// <summary>What counts as one stranger (<see cref="AddressRules.StrangerKey"/>); on this machine and in local networks, where many share an address, the port counts too.</summary>
    public UInt128 StrangerKey
    {
        get
        {
            if (Scope != AddressScope.Global)
                return new UInt128(High, Low ^ ((ulong)Port << 48));
            return IsIPv4 ? new UInt128(0, Low) : new UInt128(High, 0);
        }
    }

    /// <summary>
    /// What one party holds cheaply: a /24 of IPv4, a /48 of IPv6. On this machine and in local networks nothing is held against anyone: each endpoint is by itself.
    /// </summary>
    public UInt128 Subnet
    {
        get
        {
            if (Scope != AddressScope.Global)
                return StrangerKey;
            return IsIPv4 ? new UInt128(0, Low & ~0xFFUL) : new UInt128(High & ~0xFFFFUL, 0);
        }
    }

    /// <summary>
    /// Whether this one may tell of another: who is on the internet of addresses on the internet alone, who is in a local network of those in local networks too, who is on
    /// this machine of all. So nobody sends us into networks that it does not reach itself, and what local addresses need not keep to is no way around a rule.
    /// </summary>
    public bool MayTellOf(NodeEndpoint other) => other.Scope switch
    {
        AddressScope.Global => true,
        AddressScope.Lan or AddressScope.LinkLocal => Scope != AddressScope.Global,
        AddressScope.Loopback => Scope == AddressScope.Loopback,
        _ => false,
    };

    /// <summary>Takes an endpoint.</summary>
    public static NodeEndpoint Of(IPEndPoint endpoint) => Of(endpoint.Address, (ushort)endpoint.Port);

    /// <summary>Takes an address and a port.</summary>
    public static NodeEndpoint Of(IPAddress address, ushort port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return OfAddress(bytes[..length], port);
    }

    /// <summary>Reads a compact endpoint of 6 or 18 bytes.</summary>
    public static NodeEndpoint ReadCompact(ReadOnlySpan<byte> compact)
        => OfAddress(compact[..^2], BinaryPrimitives.ReadUInt16BigEndian(compact[^2..]));

    /// <summary>Writes the compact form: 6 or 18 bytes, as the address has it.</summary>
    /// <returns>The bytes written.</returns>
    public int WriteCompact(Span<byte> compact)
    {
        int length = WriteAddress(compact);
        BinaryPrimitives.WriteUInt16BigEndian(compact[length..], Port);
        return length + 2;
    }

    /// <summary>Writes the address: 4 or 16 bytes.</summary>
    /// <returns>The bytes written.</returns>
    public int WriteAddress(Span<byte> address)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address, (uint)Low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(address, High);
        BinaryPrimitives.WriteUInt64BigEndian(address[8..], Low);
        return 16;
    }

    /// <summary>The endpoint as sockets take it: a new object.</summary>
    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPEndPoint(new IPAddress(bytes[..WriteAddress(bytes)]), Port);
    }

    /// <summary>The family of the address.</summary>
    public AddressFamily Family => IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    /// <inheritdoc/>
    public override string ToString() => ToIPEndPoint().ToString();

    private static NodeEndpoint OfAddress(ReadOnlySpan<byte> address, ushort port) => address.Length == 4
        ? new NodeEndpoint(0, (MappedPrefix << 32) | BinaryPrimitives.ReadUInt32BigEndian(address), port)
        : new NodeEndpoint(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port);
}
