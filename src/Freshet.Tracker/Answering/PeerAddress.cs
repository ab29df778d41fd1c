using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;

namespace Freshet.Tracker.Answering;

/// <summary>An address without a port, of either family; an IPv4 address in IPv6 clothes is an IPv4 address.</summary>
internal readonly record struct PeerAddress
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>Takes 4 or 16 bytes.</summary>
    public PeerAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 4)
        {
            _low = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            return;
        }

        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        IsIPv6 = _high != 0 || (_low & ~0xFFFF_FFFFUL) != MappedPrefix;
        if (!IsIPv6)
            _low = (uint)_low;
    }

    /// <summary>The family.</summary>
    public bool IsIPv6 { get; }

    /// <summary>Bytes of the address with a port.</summary>
    public int CompactLength => IsIPv6 ? 18 : 6;

    /// <summary>Bytes of the address.</summary>
    public int Length => IsIPv6 ? 16 : 4;

    /// <summary>What counts as one stranger: an IPv4 address, or a /64 (THREATS F8).</summary>
    public ulong Stranger => IsIPv6 ? _high : _low;

    /// <summary>Takes an address.</summary>
    public static PeerAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return new PeerAddress(bytes[..length]);
    }

    /// <summary>Reads an address of a family as text; names are not looked up.</summary>
    public static PeerAddress? Parse(ReadOnlySpan<char> text)
        => IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            ? Of(address)
            : null;

    /// <summary>Writes the address.</summary>
    /// <returns>Its bytes.</returns>
    public int Write(Span<byte> to)
    {
        if (!IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(to, (uint)_low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(to, _high);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], _low);
        return 16;
    }

    /// <summary>Writes address and port as answers carry them.</summary>
    /// <returns>The bytes: 6 or 18.</returns>
    public int WriteCompact(ushort port, Span<byte> to)
    {
        int length = Write(to);
        BinaryPrimitives.WriteUInt16BigEndian(to[length..], port);
        return length + 2;
    }

    /// <summary>The address as the runtime's type.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..Write(bytes)]);
    }

    /// <summary>Whether it lies on this machine or in a local network.</summary>
    public bool IsLocal => AddressRules.Classify(ToIPAddress()) is AddressScope.Loopback or AddressScope.Lan or AddressScope.LinkLocal;

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();
}
