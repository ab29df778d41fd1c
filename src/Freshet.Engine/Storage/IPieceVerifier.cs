using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>What a piece or a block is, by what its digests must be.</summary>
public enum Verdict : byte
{
    /// <summary>The right bytes.</summary>
    Right,

    /// <summary>Other bytes.</summary>
    Wrong,

    /// <summary>What its hash must be is not known yet: peers have to be asked (BEP 52).</summary>
    HashesNeeded,

    /// <summary>Right by one version of a hybrid and wrong by the other: the torrent contradicts itself (THREATS B6).</summary>
    Conflict,
}

/// <summary>Knows what the digests of pieces and blocks must be. BitTorrent v1 names pieces by SHA-1 (BEP 3), v2 by the roots of hash trees (BEP 52).</summary>
public interface IPieceVerifier
{
    /// <summary>Judges a whole piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="digest">Its SHA-1, where the torrent has a v1 side.</param>
    /// <param name="root">The root of its subtree, where the torrent has a v2 side.</param>
    Verdict Judge(PieceIndex piece, in Sha1Hash digest, in Sha256Hash root);

    /// <summary>Judges a whole piece whose SHA-1 was compared already, where the torrent has a v1 side.</summary>
    Verdict JudgeChecked(PieceIndex piece, bool isRightByV1, in Sha256Hash root) => isRightByV1 ? Verdict.Right : Verdict.Wrong;

    /// <summary>Judges one block.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="block">The block's position in it.</param>
    /// <param name="leaf">Its SHA-256.</param>
    /// <returns>Never <see cref="Verdict.Conflict"/>; of most pieces only the root is known, and hashes are needed.</returns>
    Verdict JudgeBlock(PieceIndex piece, int block, in Sha256Hash leaf) => Verdict.HashesNeeded;

    /// <summary>Takes the roots of all pieces of a file whose layer is not known, where they lead to the file's root: the file proves its own layer.</summary>
    /// <param name="root">The file's <c>pieces root</c>.</param>
    /// <param name="layer">32 bytes a piece.</param>
    bool TryProve(Sha256Hash root, ReadOnlyMemory<byte> layer) => false;

    /// <summary>What was learnt of piece layers, for the record: <see cref="Abstractions.ResumeRecord.PieceLayers"/>.</summary>
    IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? LearntLayers => null;

    /// <summary>Whether the hashes of a piece's blocks are known.</summary>
    bool KnowsBlocksOf(PieceIndex piece) => false;
}
