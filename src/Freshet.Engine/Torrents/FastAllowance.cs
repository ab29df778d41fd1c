using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>The pieces that one peer may have while we choke it (BEP 6), and how many of their blocks it has had so (THREATS W6). A mutable struct.</summary>
internal struct FastAllowance
{
    private List<(PieceIndex Piece, int Served)>? _pieces;

    public void Add(PieceIndex piece) => (_pieces ??= []).Add((piece, 0));

    public readonly bool Contains(PieceIndex piece) => IndexOf(piece) >= 0;

    /// <summary>Counts a block; false where the peer has had its share.</summary>
    public readonly bool TryServe(PieceIndex piece, int most)
    {
        int index = IndexOf(piece);
        if (index < 0 || _pieces![index].Served >= most)
            return false;
        _pieces[index] = (piece, _pieces[index].Served + 1);
        return true;
    }

    private readonly int IndexOf(PieceIndex piece)
    {
        for (int i = 0; i < (_pieces?.Count ?? 0); i++)
        {
            if (_pieces![i].Piece == piece)
                return i;
        }

        return -1;
    }
}
