using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>What came of hashing a piece as it lies in storage: a digest, a file that ends too soon, or trouble.</summary>
internal readonly struct StoredPiece
{
    private readonly Sha1Hash _digest;
    private readonly int? _tooShort;

    public StoredPiece(in Sha1Hash digest, in Sha256Hash root = default)
    {
        _digest = digest;
        Root = root;
    }

    public StoredPiece(FileIndex tooShort) => _tooShort = tooShort.Value;

    public StoredPiece(StorageException trouble) => Trouble = trouble;

    /// <summary>Whether all bytes could be read.</summary>
    public bool IsWhole => _tooShort is null && Trouble is null;

    /// <summary>The SHA-1 of the piece, where it is whole and there is a v1 side.</summary>
    public Sha1Hash Digest => IsWhole ? _digest : throw new InvalidOperationException("The piece could not be read.");

    /// <summary>The root of the piece's tree, where it is whole and there is a v2 side.</summary>
    public Sha256Hash Root { get; }

    /// <summary>The file that ends before the piece does or is not there; null where that is not why the piece is not whole.</summary>
    public FileIndex? TooShort => _tooShort is { } file ? new FileIndex(file) : null;

    /// <summary>Why it could not be read, other than that a file ends too soon.</summary>
    public StorageException? Trouble { get; }

    /// <summary>Whether it is what the v1 side says.</summary>
    public bool IsRight(StorageLocation location, PieceIndex piece)
        => IsWhole && _digest == new Sha1Hash(location.PieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length));
}
