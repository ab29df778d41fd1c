using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>Judges pieces by the trees of their files (BEP 52): each by itself where its hash is known, else all of a file together.</summary>
/// <param name="layout">The torrent's.</param>
/// <param name="layers">By <c>pieces root</c>, what is known of the piece layers; right, and whole.</param>
internal sealed class TreeCheck(PieceLayout layout, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
{
    // All zero for what could not be read: no root is.
    private readonly Sha256Hash[] _found = new Sha256Hash[layout.PieceCount];

    /// <summary>Takes what a piece is; each thread its own pieces.</summary>
    public void Note(PieceIndex piece, in StoredPiece found) => _found[piece.Value] = found.IsWhole ? found.Root : default;

    /// <summary>Whether a file's pieces can only be judged together: it has several, and their hashes are not known.</summary>
    public bool IsWholeOnly(FileEntry file) => file.Length > layout.PieceLength && file.PiecesRoot is { } root && !layers.ContainsKey(root);

    /// <summary>Says which pieces of a file that is not empty are right.</summary>
    public bool[] Judge(FileEntry file)
    {
        (PieceIndex first, PieceIndex last) = layout.PiecesOf(file.Index);
        bool[] good = new bool[last.Value - first.Value + 1];
        ReadOnlySpan<Sha256Hash> found = _found.AsSpan(first.Value, good.Length);
        if (IsWholeOnly(file))
        {
            Array.Fill(good, !found.Contains(default) && RootOf(found) == file.PiecesRoot);
            return good;
        }

        ReadOnlySpan<byte> expected = good.Length > 1 ? layers[file.PiecesRoot!.Value].Span : file.PiecesRoot!.Value.Bytes;
        for (int i = 0; i < good.Length; i++)
            good[i] = found[i] == new Sha256Hash(expected.Slice(i * Sha256Hash.Length, Sha256Hash.Length));
        return good;
    }

    private Sha256Hash RootOf(ReadOnlySpan<Sha256Hash> layer)
        => MerkleTree.RootOfLayer(System.Runtime.InteropServices.MemoryMarshal.AsBytes(layer), MerkleTree.PieceLayerHeight(layout.PieceLength));
}
