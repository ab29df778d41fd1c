using System.Numerics;
using System.Runtime.CompilerServices;

namespace Freshet.Core;

/// <summary>Takes the nodes of one layer in order and gives the root over them, with one node kept a height.</summary>
public struct MerkleRoot
{
    private readonly int _layerHeight;
    private Nodes _open;
    private long _count;

    /// <summary>Starts over a layer.</summary>
    /// <param name="layerHeight">The height of the nodes that come: 0 for leaves.</param>
    public MerkleRoot(int layerHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layerHeight);
        _layerHeight = layerHeight;
    }

    /// <summary>The nodes taken so far.</summary>
    public readonly long Count => _count;

    /// <summary>Takes the next node.</summary>
    public void Add(Sha256Hash node)
    {
        // The set bits of the count are the heights where a left child waits for its sibling.
        int height = 0;
        for (; (_count >> height & 1) != 0; height++)
            node = MerkleTree.Parent(_open[height], node);
        _open[height] = node;
        _count++;
    }

    /// <summary>The root over what was taken, padded to a power of two.</summary>
    /// <param name="minHeight">The least height of the tree, counted from the leaves.</param>
    /// <exception cref="InvalidOperationException">Nothing was taken.</exception>
    public readonly Sha256Hash Finish(int minHeight = 0)
    {
        if (_count == 0)
            throw new InvalidOperationException("There is no root over nothing.");
        int top = Math.Max(64 - BitOperations.LeadingZeroCount((ulong)_count - 1), minHeight - _layerHeight);
        int height = BitOperations.TrailingZeroCount(_count);
        Sha256Hash node = _open[height];
        for (; height < top; height++)
        {
            // The last node is a right child, whose sibling waits, or a left one, with padding beside it.
            bool isRight = ((_count - 1) >> height & 1) != 0;
            node = isRight ? MerkleTree.Parent(_open[height], node) : MerkleTree.Parent(node, MerkleTree.PaddingAt(_layerHeight + height));
        }

        return node;
    }

    [InlineArray(MerkleTree.MaxHeight)]
    private struct Nodes
    {
        private Sha256Hash _first;
    }
}
