using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>The hash trees of a torrent's v2 side, as far as they are known: of pieces from the piece layers, of blocks where peers were asked for them.</summary>
/// <param name="layers">What is known of the piece layers.</param>
public sealed class MerkleVerifier(PieceLayers layers) : IPieceVerifier
{
    private readonly Dictionary<int, Sha256Hash[]> _blocks = [];

    /// <inheritdoc/>
    public Verdict Judge(PieceIndex piece, in Sha1Hash digest, in Sha256Hash root)
        => !layers.TryGet(piece, out Sha256Hash right) ? Verdict.HashesNeeded : right == root ? Verdict.Right : Verdict.Wrong;

    /// <inheritdoc/>
    public Verdict JudgeChecked(PieceIndex piece, bool isRightByV1, in Sha256Hash root) => Judge(piece, default, root);

    /// <inheritdoc/>
    public Verdict JudgeBlock(PieceIndex piece, int block, in Sha256Hash leaf)
        => !_blocks.TryGetValue(piece.Value, out Sha256Hash[]? right) ? Verdict.HashesNeeded : right[block] == leaf ? Verdict.Right : Verdict.Wrong;

    /// <inheritdoc/>
    public bool TryProve(Sha256Hash root, ReadOnlyMemory<byte> layer) => layers.TryAdd(root, layer);

    /// <inheritdoc/>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? LearntLayers => layers.Learnt;

    /// <inheritdoc/>
    public bool KnowsBlocksOf(PieceIndex piece) => _blocks.Count > 0 && _blocks.ContainsKey(piece.Value);

    /// <summary>Takes the hashes of a piece's blocks where they lead to its root.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="answer">A peer's answer to the <see cref="PieceTrees.LeavesRequest"/> of the piece.</param>
    /// <returns>False where they do not: whoever sent them lies.</returns>
    public bool TryAddBlocks(PieceIndex piece, HashAnswer answer)
    {
        if (answer.Request != layers.Trees.LeavesRequest(piece) || !layers.TryGet(piece, out Sha256Hash root) || answer.Request.Lead(answer.Hashes.Span) != root)
            return false;
        _blocks[piece.Value] = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Sha256Hash>(answer.Hashes.Span)[..layers.Trees.LeavesIn(piece)].ToArray();
        return true;
    }

    /// <summary>The piece is right: the hashes of its blocks are of no use any more.</summary>
    public void ForgetBlocks(PieceIndex piece) => _blocks.Remove(piece.Value);
}
