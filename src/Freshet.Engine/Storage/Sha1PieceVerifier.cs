using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>The <c>pieces</c> string of a v1 torrent.</summary>
/// <param name="pieceHashes">20 bytes a piece.</param>
public sealed class Sha1PieceVerifier(ReadOnlyMemory<byte> pieceHashes) : IPieceVerifier
{
    /// <inheritdoc/>
    public Verdict Judge(PieceIndex piece, in Sha1Hash digest, in Sha256Hash root)
        => pieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length).SequenceEqual(digest.Bytes) ? Verdict.Right : Verdict.Wrong;
}
