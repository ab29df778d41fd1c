using System.Numerics;

namespace Freshet.Core;

/// <summary>
/// Where the pieces of a torrent with a v2 side lie in the hash trees of its files (BEP 52): every file has a tree of its own over its blocks, every piece is a subtree of
/// it, and a file of at most one piece is one. Filler, which a hybrid has behind a file's last bytes, is in no tree. Immutable, read from any thread.
/// </summary>
public sealed class PieceTrees
{
    private readonly PieceLayout _layout;
    private readonly Dictionary<Sha256Hash, FileIndex> _byRoot = [];

    /// <summary>Looks at a torrent whose files have roots and start pieces.</summary>
    public PieceTrees(PieceLayout layout)
    {
        _layout = layout;
        PieceHeight = MerkleTree.PieceLayerHeight(layout.PieceLength);
        foreach (FileEntry file in layout.Files)
        {
            // Files of the same content have the same tree: any of them will do.
            if (file.PiecesRoot is { } root && file.Length > 0)
                _byRoot.TryAdd(root, file.Index);
        }
    }

    /// <summary>The trees of a torrent, or null where it has no v2 side.</summary>
    public static PieceTrees? Of(Metainfo metainfo) => metainfo.Hashes.V2 is null ? null : new PieceTrees(metainfo.Layout);

    /// <summary>The height of the piece layer: that of a whole piece's subtree.</summary>
    public int PieceHeight { get; }

    /// <summary>The file that a piece belongs to.</summary>
    public FileEntry FileOf(PieceIndex piece) => _layout.Files[_layout.FileAt(_layout.OffsetOf(piece)).Value];

    /// <summary>A file by its <c>pieces root</c>; null where the torrent has none of it.</summary>
    public FileEntry? FileOf(Sha256Hash root) => _byRoot.TryGetValue(root, out FileIndex file) ? _layout.Files[file.Value] : null;

    /// <summary>The first piece of a file that is not empty.</summary>
    public PieceIndex FirstPieceOf(FileEntry file) => _layout.PieceAt(file.Offset);

    /// <summary>How many pieces a file has.</summary>
    public int PiecesIn(FileEntry file) => (int)((file.Length + _layout.PieceLength - 1) / _layout.PieceLength);

    /// <summary>Whether a file is longer than a piece, so that its tree has a piece layer, which is not part of the info dictionary.</summary>
    public bool HasLayer(FileEntry file) => file.Length > _layout.PieceLength;

    /// <summary>The height of a file's tree: 0 for a file of one block.</summary>
    public static int HeightOf(FileEntry file) => Log2Up((file.Length + BlockRange.BlockLength - 1) / BlockRange.BlockLength);

    /// <summary>The bytes of a piece that its tree is over: all but filler.</summary>
    public int DataLength(PieceIndex piece)
    {
        FileEntry file = FileOf(piece);
        return (int)Math.Min(_layout.LengthOf(piece), file.Offset + file.Length - _layout.OffsetOf(piece));
    }

    /// <summary>The blocks of a piece that its tree is over: all but those that are filler alone.</summary>
    public int LeavesIn(PieceIndex piece) => _layout.DataBlocksIn(piece);

    /// <summary>The height of a piece's subtree: the same for all pieces of a longer file, whose last is padded; the whole tree's where the file is one piece.</summary>
    public int HeightOf(PieceIndex piece) => FileOf(piece) is var file && HasLayer(file) ? PieceHeight : HeightOf(file);

    /// <summary>The root of a piece's subtree.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="leaves">The hashes of its blocks, <see cref="LeavesIn"/>.</param>
    public Sha256Hash RootOf(PieceIndex piece, ReadOnlySpan<Sha256Hash> leaves)
    {
        var root = new MerkleRoot(0);
        foreach (ref readonly Sha256Hash leaf in leaves[..LeavesIn(piece)])
            root.Add(leaf);
        return root.Finish(HeightOf(piece));
    }

    /// <summary>The request for the leaves of one piece, which lead to the root of its subtree; null for a piece of one block, or of too many for one request.</summary>
    public HashRequest? LeavesRequest(PieceIndex piece)
    {
        FileEntry file = FileOf(piece);
        int length = 1 << HeightOf(piece);
        int position = piece.Value - FirstPieceOf(file).Value;
        return length is 1 or > HashRequest.MaxLength ? null : new HashRequest(file.PiecesRoot!.Value, 0, position * length, length, 0);
    }

    /// <summary>The request for a run of a file's piece layer, with the proof up to the file's root.</summary>
    /// <param name="file">A file that has a layer.</param>
    /// <param name="run">Which run of <see cref="HashRequest.LayerLength"/> hashes, from 0.</param>
    public HashRequest LayerRequest(FileEntry file, int run)
    {
        int first = run * HashRequest.LayerLength;
        int length = Math.Clamp(1 << Log2Up(PiecesIn(file) - first), 2, HashRequest.LayerLength);
        return new HashRequest(file.PiecesRoot!.Value, PieceHeight, first, length, HeightOf(file) - PieceHeight - 1);
    }

    private static int Log2Up(long count) => count <= 1 ? 0 : BitOperations.Log2((ulong)count - 1) + 1;
}
