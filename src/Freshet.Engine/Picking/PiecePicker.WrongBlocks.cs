using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>Blocks that were here and turned out wrong.</summary>
public sealed partial class PiecePicker
{
    /// <summary>Some blocks of an open or whole piece are wrong: they are wanted again, the others stay.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="blocks">Blocks of it that are here.</param>
    public void MarkBlocksWrong(PieceIndex piece, IReadOnlyList<int> blocks)
    {
        if (_open.Find(piece.Value) is not { } open)
            throw new InvalidOperationException($"Piece {piece} is not open but {StateOf(piece)}.");
        foreach (int block in blocks)
            open.TakeBack(block);
        _open.Relist(open);
    }
}
