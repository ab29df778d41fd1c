using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Knows what the digest of a piece must be. BitTorrent v1 names pieces by SHA-1 (BEP 3); v2 brings its own.</summary>
public interface IPieceVerifier
{
    /// <summary>Whether this is the digest of the right bytes.</summary>
    bool IsRight(PieceIndex piece, in Sha1Hash digest);
}

/// <summary>The <c>pieces</c> string of a v1 torrent.</summary>
/// <param name="pieceHashes">20 bytes a piece.</param>
public sealed class Sha1PieceVerifier(ReadOnlyMemory<byte> pieceHashes) : IPieceVerifier
{
    /// <inheritdoc/>
    public bool IsRight(PieceIndex piece, in Sha1Hash digest)
        => pieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length).SequenceEqual(digest.Bytes);
}
