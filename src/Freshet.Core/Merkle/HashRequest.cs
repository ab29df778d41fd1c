using System.Buffers.Binary;
using System.Numerics;

namespace Freshet.Core;

/// <summary>
/// Neighbouring nodes of one layer of a file's hash tree, and the uncles on the way up that prove them (BEP 52 "hash request"). What a stranger names is to be
/// bounded by <see cref="IsWellFormed"/> before anything is computed of it.
/// </summary>
/// <param name="Root">The file's <c>pieces root</c>.</param>
/// <param name="BaseLayer">The height of the nodes: 0 for leaves.</param>
/// <param name="Index">The first node's position in its layer: a multiple of <paramref name="Length"/>.</param>
/// <param name="Length">How many nodes: a power of two.</param>
/// <param name="ProofLayers">
/// How many layers above the base the proof spans. Those that follow from the nodes themselves are counted and left out: the first log2(length) - 1.
/// </param>
public readonly record struct HashRequest(Sha256Hash Root, int BaseLayer, int Index, int Length, int ProofLayers)
{
    /// <summary>Bytes on the wire.</summary>
    public const int EncodedLength = Sha256Hash.Length + (4 * sizeof(int));

    /// <summary>The most nodes at once: the leaves of a piece of 128 MiB, libtorrent's bound too. More would be an answer of megabytes for 53 bytes.</summary>
    public const int MaxLength = 8192;

    /// <summary>The most nodes of a piece layer that are asked for at once (BEP 52: "SHOULD NOT be greater than 512").</summary>
    public const int LayerLength = 512;

    /// <summary>Whether the numbers are such as the BEP allows in some tree, and small enough to compute with.</summary>
    public bool IsWellFormed
        => Length is > 0 and <= MaxLength && BitOperations.IsPow2(Length)
            && Index >= 0 && Index % Length == 0
            && BaseLayer is >= 0 and < MerkleTree.MaxHeight && ProofLayers is >= 0 and < MerkleTree.MaxHeight;

    /// <summary>The height of the node that all of the nodes lie under.</summary>
    public int SubtreeHeight => BaseLayer + BitOperations.Log2((uint)Length);

    /// <summary>The uncles that follow the nodes, the first a sibling of the node at <see cref="SubtreeHeight"/>.</summary>
    public int UncleCount => Math.Max(0, ProofLayers + 1 - BitOperations.Log2((uint)Length));

    /// <summary>Nodes and uncles.</summary>
    public int HashCount => Length + UncleCount;

    /// <summary>The position of an uncle among the nodes of its height, which is <see cref="SubtreeHeight"/> and <paramref name="uncle"/>.</summary>
    public int UncleAt(int uncle) => ((Index / Length) >> uncle) ^ 1;

    /// <summary>The height of the node that they lead to.</summary>
    public int TopHeight => SubtreeHeight + UncleCount;

    /// <summary>Whether the nodes and their uncles are in a tree of this height.</summary>
    public bool IsWithin(int treeHeight) => TopHeight <= treeHeight && ((long)Index + Length) << BaseLayer <= 1L << treeHeight;

    /// <summary>The node that nodes and uncles lead to: right where it is known to be the one at <see cref="TopHeight"/>.</summary>
    /// <param name="hashes"><see cref="HashCount"/> hashes of 32 bytes.</param>
    public Sha256Hash Lead(ReadOnlySpan<byte> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, HashCount * Sha256Hash.Length, nameof(hashes));
        int nodes = Length * Sha256Hash.Length;
        Sha256Hash node = MerkleTree.RootOfLayer(hashes[..nodes], BaseLayer);
        int position = Index / Length;
        for (ReadOnlySpan<byte> uncles = hashes[nodes..]; !uncles.IsEmpty; uncles = uncles[Sha256Hash.Length..], position /= 2)
        {
            var uncle = new Sha256Hash(uncles[..Sha256Hash.Length]);
            node = position % 2 == 0 ? MerkleTree.Parent(node, uncle) : MerkleTree.Parent(uncle, node);
        }

        return node;
    }

    /// <summary>Reads <see cref="EncodedLength"/> bytes of the wire, whatever they say.</summary>
    public static HashRequest Read(ReadOnlySpan<byte> bytes) => new(
        new Sha256Hash(bytes[..Sha256Hash.Length]),
        BinaryPrimitives.ReadInt32BigEndian(bytes[32..]),
        BinaryPrimitives.ReadInt32BigEndian(bytes[36..]),
        BinaryPrimitives.ReadInt32BigEndian(bytes[40..]),
        BinaryPrimitives.ReadInt32BigEndian(bytes[44..]));

    /// <summary>Writes the bytes of the wire.</summary>
    public void Write(Span<byte> target)
    {
        Root.Bytes.CopyTo(target);
        BinaryPrimitives.WriteInt32BigEndian(target[32..], BaseLayer);
        BinaryPrimitives.WriteInt32BigEndian(target[36..], Index);
        BinaryPrimitives.WriteInt32BigEndian(target[40..], Length);
        BinaryPrimitives.WriteInt32BigEndian(target[44..], ProofLayers);
    }
}

/// <summary>The answer to a <see cref="HashRequest"/> (BEP 52 "hashes"): as many hashes as it asks for, not yet proven.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Hashes"><see cref="HashRequest.HashCount"/> hashes of 32 bytes: the nodes, then the uncles upwards.</param>
public sealed record HashAnswer(HashRequest Request, ReadOnlyMemory<byte> Hashes);
