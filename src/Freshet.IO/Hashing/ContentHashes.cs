using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>The hashes of content, for a new torrent.</summary>
public sealed class ContentHashes
{
    private readonly PieceLayout _layout;
    private readonly byte[] _roots;

    internal ContentHashes(PieceLayout layout, byte[] pieceHashes, byte[] roots)
    {
        _layout = layout;
        PieceHashes = pieceHashes;
        _roots = roots;
    }

    /// <summary>The SHA-1 of every piece, 20 bytes each; empty where there is no v1 side.</summary>
    public ReadOnlyMemory<byte> PieceHashes { get; }

    /// <summary>The root of a file's tree (BEP 52); null for filler, for an empty file, and where there is no v2 side.</summary>
    public Sha256Hash? RootOf(FileEntry file)
    {
        ReadOnlyMemory<byte> layer = LayerOf(file);
        if (layer.IsEmpty)
            return null;
        return layer.Length == Sha256Hash.Length ? new Sha256Hash(layer.Span) : MerkleTree.RootOfLayer(layer.Span, MerkleTree.PieceLayerHeight(_layout.PieceLength));
    }

    /// <summary>The hashes of a file's pieces, 32 bytes each: its <c>piece layers</c> entry, where there is more than one; empty where <see cref="RootOf"/> is null.</summary>
    public ReadOnlyMemory<byte> LayerOf(FileEntry file)
    {
        if (_roots.Length == 0 || !file.IsStored || file.Length == 0)
            return default;
        (PieceIndex first, PieceIndex last) = _layout.PiecesOf(file.Index);
        return _roots.AsMemory(first.Value * Sha256Hash.Length, (last.Value - first.Value + 1) * Sha256Hash.Length);
    }
}
