namespace Freshet.Core;

/// <summary>Computes nodes of a tree from one of its layers.</summary>
/// <param name="layer">The layer's nodes, 32 bytes each, without those that are padding.</param>
/// <param name="height">The layer's height.</param>
public readonly ref struct LayerNodes(ReadOnlySpan<byte> layer, int height)
{
    private readonly ReadOnlySpan<byte> _layer = layer;

    /// <summary>The node at a height, not below the layer's.</summary>
    /// <param name="atHeight">The height.</param>
    /// <param name="position">The position among the nodes of that height, counted from the layer's start.</param>
    public Sha256Hash At(int atHeight, int position)
    {
        long count = _layer.Length / Sha256Hash.Length;
        long first = (long)position << (atHeight - height);
        if (first >= count)
            return MerkleTree.PaddingAt(atHeight);
        long nodes = Math.Min(count - first, 1L << (atHeight - height));
        var root = new MerkleRoot(height);
        for (int i = (int)first; i < first + nodes; i++)
            root.Add(new Sha256Hash(_layer.Slice(i * Sha256Hash.Length, Sha256Hash.Length)));
        return root.Finish(atHeight);
    }
}
