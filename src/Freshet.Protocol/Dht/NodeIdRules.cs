using System.Buffers.Binary;
using System.Numerics;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>
/// BEP 42: which ids a node of an address may have. The first 21 bits are a hash of the address and of 3 bits that the last byte names, so that nobody can put
/// himself where he likes without addresses to match.
/// </summary>
public static class NodeIdRules
{
    private const uint Mask4 = 0x030F_3FFF;
    private const ulong Mask6 = 0x0103_070F_1F3F_7FFF;
    private const int FixedBits = 21;

    /// <summary>Whether an id is one that the address may have; on this machine and in local networks any is.</summary>
    public static bool Fits(NodeId id, NodeEndpoint endpoint)
        => endpoint.Scope != AddressScope.Global || (Prefix(endpoint, id.Bytes[^1]) ^ BinaryPrimitives.ReadUInt32BigEndian(id.Bytes)) >> (32 - FixedBits) == 0;

    /// <summary>Makes an id that fits an address, all else at random.</summary>
    public static NodeId Generate(NodeEndpoint endpoint, SeededRandom random)
    {
        NodeId id = NodeId.Random(random);
        return Generate(endpoint, id);
    }

    /// <summary>Makes an id that fits an address out of one that need not: its last byte and all that may be chosen stay.</summary>
    public static NodeId Generate(NodeEndpoint endpoint, NodeId free)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Length];
        free.Bytes.CopyTo(bytes);
        const uint Chosen = (1u << (32 - FixedBits)) - 1;
        uint first = (Prefix(endpoint, bytes[^1]) & ~Chosen) | (BinaryPrimitives.ReadUInt32BigEndian(bytes) & Chosen);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, first);
        return new NodeId(bytes);
    }

    private static uint Prefix(NodeEndpoint endpoint, byte last)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        uint chance = last & 7u;
        if (endpoint.IsIPv4)
        {
            bytes = bytes[..sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, ((uint)endpoint.Low & Mask4) | (chance << 29));
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, (endpoint.High & Mask6) | ((ulong)chance << 61));
        }

        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
