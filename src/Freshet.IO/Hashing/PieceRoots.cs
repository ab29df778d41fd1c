using System.Runtime.InteropServices;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>The roots of pieces' hash trees (BEP 52), a layer at a time. One thread has it.</summary>
/// <param name="lanes">Of SHA-256; the owner's.</param>
internal sealed unsafe class PieceRoots(LaneSet lanes)
{
    private readonly LayerReducer _layers = new(lanes);
    private Sha256Hash[] _nodes = [];

    /// <summary>The root of a piece's subtree: what <see cref="PieceTrees.RootOf"/> says, sooner.</summary>
    /// <param name="trees">The torrent's trees.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="leaves">The hashes of its blocks; left as they are.</param>
    public Sha256Hash RootOf(PieceTrees trees, PieceIndex piece, ReadOnlySpan<Sha256Hash> leaves)
    {
        int count = trees.LeavesIn(piece);
        if (_nodes.Length < count + LayerReducer.Room)
            _nodes = GC.AllocateArray<Sha256Hash>(count + LayerReducer.Room, pinned: true);
        leaves[..count].CopyTo(_nodes);
        var nodes = (Sha256Hash*)Marshal.UnsafeAddrOfPinnedArrayElement(_nodes, 0);
        for (int height = 0, top = trees.HeightOf(piece); height < top; height++)
            count = _layers.Reduce(nodes, count, height);
        return _nodes[0];
    }
}
