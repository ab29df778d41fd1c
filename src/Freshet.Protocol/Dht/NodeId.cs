using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>A point of the DHT's space of 160 bits (BEP 5): where a node stands, or what is looked for. Distance is exclusive or, read as a number.</summary>
public readonly record struct NodeId
{
    /// <summary>The length in bytes.</summary>
    public const int Length = Sha1Hash.Length;

    /// <summary>The length in bits.</summary>
    public const int Bits = 8 * Length;

    private readonly Sha1Hash _value;

    /// <summary>Takes 20 bytes as they stand.</summary>
    public NodeId(Sha1Hash value) => _value = value;

    /// <summary>Takes 20 bytes as they stand.</summary>
    public NodeId(ReadOnlySpan<byte> bytes) => _value = new Sha1Hash(bytes);

    /// <summary>The bytes, in place.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => _value.Bytes;

    /// <summary>The same 20 bytes as the name of a swarm.</summary>
    public InfoHash Swarm => new(_value);

    /// <summary>The point where a swarm's peers are kept.</summary>
    public static NodeId Of(InfoHash swarm) => new(swarm.Value);

    /// <summary>A random point.</summary>
    public static NodeId Random(SeededRandom random)
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.NextBytes(bytes);
        return new NodeId(bytes);
    }

    /// <summary>Reads 40 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out NodeId id)
    {
        bool ok = Sha1Hash.TryParse(hex, out Sha1Hash hash);
        id = new NodeId(hash);
        return ok;
    }

    /// <summary>The bits from the first that two points have in common: 160 for equal ones.</summary>
    public int CommonPrefix(NodeId other)
    {
        ReadOnlySpan<byte> mine = Bytes;
        ReadOnlySpan<byte> theirs = other.Bytes;
        for (int i = 0; i < Length; i += sizeof(uint))
        {
            uint difference = BinaryPrimitives.ReadUInt32BigEndian(mine[i..]) ^ BinaryPrimitives.ReadUInt32BigEndian(theirs[i..]);
            if (difference != 0)
                return (8 * i) + BitOperations.LeadingZeroCount(difference);
        }

        return Bits;
    }

    /// <summary>Compares the distances of two points to this one: negative where the first is nearer.</summary>
    public int CompareDistance(NodeId first, NodeId second)
    {
        ReadOnlySpan<byte> mine = Bytes;
        ReadOnlySpan<byte> a = first.Bytes;
        ReadOnlySpan<byte> b = second.Bytes;
        for (int i = 0; i < Length; i += sizeof(uint))
        {
            uint own = BinaryPrimitives.ReadUInt32BigEndian(mine[i..]);
            int order = (BinaryPrimitives.ReadUInt32BigEndian(a[i..]) ^ own).CompareTo(BinaryPrimitives.ReadUInt32BigEndian(b[i..]) ^ own);
            if (order != 0)
                return order;
        }

        return 0;
    }

    /// <summary>A random point that shares exactly this many bits with this one, from the first on; fewer than 160.</summary>
    public NodeId RandomAt(int commonPrefix, SeededRandom random)
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.NextBytes(bytes);
        int whole = commonPrefix / 8;
        Bytes[..whole].CopyTo(bytes);

        // Of the byte in which they part: the common bits, the next one turned over, the rest at random.
        int bits = commonPrefix % 8;
        int mask = 0xFF << (8 - bits);
        int turned = 0x80 >> bits;
        bytes[whole] = (byte)((Bytes[whole] & mask) | (~Bytes[whole] & turned) | (bytes[whole] & ~mask & ~turned));
        return new NodeId(bytes);
    }

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => _value.ToString();
}
