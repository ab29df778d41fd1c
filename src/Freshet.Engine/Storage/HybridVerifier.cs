using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Both sides of a hybrid, which must agree (BEP 52, THREATS B6). A piece whose hash of v2 is not known yet is judged by v1: in a swarm without peers that know v2 it
/// may never be. Filler is in no tree; it is zero wherever a piece is hashed, whatever a peer sends for it.
/// </summary>
public sealed class HybridVerifier(Sha1PieceVerifier v1, MerkleVerifier v2) : IPieceVerifier
{
    /// <inheritdoc/>
    public Verdict Judge(PieceIndex piece, in Sha1Hash digest, in Sha256Hash root) => JudgeChecked(piece, v1.Judge(piece, digest, root) == Verdict.Right, root);

    /// <inheritdoc/>
    public Verdict JudgeChecked(PieceIndex piece, bool isRightByV1, in Sha256Hash root)
    {
        Verdict first = isRightByV1 ? Verdict.Right : Verdict.Wrong;
        Verdict second = v2.Judge(piece, default, root);
        return second == Verdict.HashesNeeded || first == second ? first : Verdict.Conflict;
    }

    /// <inheritdoc/>
    public Verdict JudgeBlock(PieceIndex piece, int block, in Sha256Hash leaf) => v2.JudgeBlock(piece, block, leaf);

    /// <inheritdoc/>
    public bool TryProve(Sha256Hash root, ReadOnlyMemory<byte> layer) => v2.TryProve(root, layer);

    /// <inheritdoc/>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? LearntLayers => v2.LearntLayers;

    /// <inheritdoc/>
    public bool KnowsBlocksOf(PieceIndex piece) => v2.KnowsBlocksOf(piece);
}
