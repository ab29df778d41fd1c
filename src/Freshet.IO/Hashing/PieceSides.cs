using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>Which hashes of pieces are wanted; by default SHA-1 alone.</summary>
/// <param name="Trees">Where the pieces lie in the trees of the v2 side; null where there is none.</param>
/// <param name="IsV2Only">Whether there is no v1 side.</param>
internal readonly record struct PieceSides(PieceTrees? Trees, bool IsV2Only)
{
    /// <summary>Whether the SHA-1 of pieces is wanted.</summary>
    public bool HasV1 => !IsV2Only;
}
