using System.Security.Cryptography;

namespace Freshet.Core;

/// <summary>
/// The hash trees of BitTorrent v2 (BEP 52): a leaf is the SHA-256 of 16 KiB of a file (less at its end), leaves are padded with zero hashes to a power of
/// two, a node is the SHA-256 of its two children.
/// </summary>
public static class MerkleTree
{
    /// <summary>Heights from 0 (leaves) up: 2^48 bytes have 2^34 leaves, and a layer may be padded to the next power of two.</summary>
    public const int MaxHeight = 40;

    private static readonly Sha256Hash[] Padding = MakePadding();

    /// <summary>The root of a subtree without any data: zero for a leaf.</summary>
    /// <param name="height">The subtree's height; 0 is a leaf.</param>
    public static Sha256Hash PaddingAt(int height) => Padding[height];

    /// <summary>The SHA-256 of two children.</summary>
    public static Sha256Hash Parent(in Sha256Hash left, in Sha256Hash right) => NodeHash.Of(left, right);

    /// <summary>The hash of a block: the leaf over at most 16 KiB of a file.</summary>
    public static Sha256Hash Leaf(ReadOnlySpan<byte> block)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(block.Length, BlockRange.BlockLength, nameof(block));
        Span<byte> digest = stackalloc byte[Sha256Hash.Length];
        SHA256.HashData(block, digest);
        return new Sha256Hash(digest);
    }

    /// <summary>The root over a whole layer of nodes, padded to a power of two. Allocates nothing.</summary>
    /// <param name="layer">The nodes, 32 bytes each, at least one.</param>
    /// <param name="height">The height of the layer: 0 for leaves, log2(piece length / 16 KiB) for a piece layer.</param>
    public static Sha256Hash RootOfLayer(ReadOnlySpan<byte> layer, int height)
    {
        var root = new MerkleRoot(height);
        for (; !layer.IsEmpty; layer = layer[Sha256Hash.Length..])
            root.Add(new Sha256Hash(layer[..Sha256Hash.Length]));
        return root.Finish();
    }

    /// <summary>The root over data that is in memory: of a file as a whole, or of one piece of a longer file.</summary>
    /// <param name="data">At least one byte.</param>
    /// <param name="minHeight">The least height: 0 for a whole file; for a piece of a longer file log2(piece length / 16 KiB), so that a short last piece is padded.</param>
    public static Sha256Hash RootOfData(ReadOnlySpan<byte> data, int minHeight = 0)
    {
        var root = new MerkleRoot(0);
        while (!data.IsEmpty)
        {
            int length = Math.Min(BlockRange.BlockLength, data.Length);
            root.Add(Leaf(data[..length]));
            data = data[length..];
        }

        return root.Finish(minHeight);
    }

    /// <summary>The height of a torrent's piece layers.</summary>
    /// <param name="pieceLength">A power of two, at least 16 KiB.</param>
    public static int PieceLayerHeight(int pieceLength) => System.Numerics.BitOperations.Log2((uint)pieceLength / BlockRange.BlockLength);

    /// <summary>Whether a piece layer has the right number of nodes for a file and leads to its root.</summary>
    /// <param name="layer">The nodes, 32 bytes each, one a piece.</param>
    /// <param name="fileLength">The file's length in bytes, more than a piece.</param>
    /// <param name="pieceLength">A power of two, at least 16 KiB.</param>
    /// <param name="root">The file's <c>pieces root</c>.</param>
    public static bool IsPieceLayer(ReadOnlySpan<byte> layer, long fileLength, int pieceLength, Sha256Hash root)
    {
        long pieces = (fileLength + pieceLength - 1) / pieceLength;
        return layer.Length == pieces * Sha256Hash.Length && RootOfLayer(layer, PieceLayerHeight(pieceLength)) == root;
    }

    private static Sha256Hash[] MakePadding()
    {
        var padding = new Sha256Hash[MaxHeight + 1];
        for (int height = 1; height <= MaxHeight; height++)
            padding[height] = Parent(padding[height - 1], padding[height - 1]);
        return padding;
    }
}
