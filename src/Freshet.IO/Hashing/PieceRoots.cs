using System.Runtime.InteropServices;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Hashing;

/// <summary>
/// The roots of pieces' hash trees (BEP 52), a layer at a time: a node is the SHA-256 of 64 bytes that lie beside one another, so that the work is a call of libcrypto each. One
/// thread has it.
/// </summary>
internal sealed unsafe class PieceRoots
{
    private Sha256Hash[] _nodes = [];

    /// <summary>The root of a piece's subtree: what <see cref="PieceTrees.RootOf"/> says, sooner.</summary>
    /// <param name="trees">The torrent's trees.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="leaves">The hashes of its blocks; left as they are.</param>
    public Sha256Hash RootOf(PieceTrees trees, PieceIndex piece, ReadOnlySpan<Sha256Hash> leaves)
    {
        if (!CryptoCalls.IsThere)
            return trees.RootOf(piece, leaves);
        int count = trees.LeavesIn(piece);
        if (_nodes.Length <= count)
            _nodes = GC.AllocateUninitializedArray<Sha256Hash>(count + 1, pinned: true);
        leaves[..count].CopyTo(_nodes);
        byte* nodes = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_nodes, 0);
        for (int height = 0, top = trees.HeightOf(piece); height < top; height++, count = (count + 1) / 2)
        {
            // A last node without a sibling has padding beside it.
            _nodes[count] = MerkleTree.PaddingAt(height);
            for (int i = 0; i < (count + 1) / 2; i++)
                CryptoCalls.Sha256Node(nodes + (i * 2 * Sha256Hash.Length), nodes + (i * Sha256Hash.Length));
        }

        return _nodes[0];
    }
}
