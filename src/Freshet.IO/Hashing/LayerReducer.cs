using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>
/// Reduces layers of hash trees (BEP 52) to the layers above them. Nodes are independent messages of 64 bytes that lie beside one another: in lanes where there are
/// enough of them, else by libcrypto.
/// </summary>
/// <param name="lanes">Of SHA-256; the owner's.</param>
internal readonly unsafe struct LayerReducer(LaneSet lanes)
{
    /// <summary>Room for nodes that has to be readable behind a layer: lanes that are of no interest read it.</summary>
    public const int Room = 2 * LaneSet.Most;

    private const int NodeLength = 2 * Sha256Hash.Length;

    /// <summary>Puts the parents of a layer in its place.</summary>
    /// <param name="nodes">The layer, with <see cref="Room"/> behind it, the first node of which may become padding.</param>
    /// <param name="count">How many nodes it has, at least one.</param>
    /// <param name="height">The layer's height.</param>
    /// <returns>How many there are now.</returns>
    public int Reduce(Sha256Hash* nodes, int count, int height)
    {
        // A last node without a sibling has padding beside it.
        if (count % 2 != 0)
            nodes[count++] = MerkleTree.PaddingAt(height);
        int parents = count / 2;
        for (int i = 0, part; i < parents; i += part)
        {
            part = Math.Min(parents - i, LaneSet.Most);
            var target = new Span<byte>(nodes + i, part * Sha256Hash.Length);
            if (lanes.For(part) is { } together)
            {
                together.Append((byte*)(nodes + (2 * i)), NodeLength, NodeLength);
                together.Finish(target);
                continue;
            }

            // Each takes the place of the left of its children, or one before it.
            for (int k = i; k < i + part; k++)
                nodes[k] = MerkleTree.Parent(nodes[2 * k], nodes[(2 * k) + 1]);
        }

        return parents;
    }
}
