namespace Freshet.Engine.Picking;

/// <summary>All open pieces: by number, and those that have free blocks in a list of their own.</summary>
internal sealed class OpenPieces
{
    // Closed ones are kept for the next piece, so that opening allocates nothing; more than this came from a burst that is over.
    private const int PoolLimit = 256;

    private readonly Dictionary<int, OpenPiece> _byPiece = [];
    private readonly List<OpenPiece> _all = [];
    private readonly List<OpenPiece> _partials = [];
    private readonly Stack<OpenPiece> _pool = [];

    public List<OpenPiece> All => _all;

    /// <summary>The wanted ones that have blocks which nobody was asked for.</summary>
    public List<OpenPiece> Partials => _partials;

    public OpenPiece? Find(int piece) => _byPiece.GetValueOrDefault(piece);

    public OpenPiece Open(int piece, int blocks, bool wanted)
    {
        OpenPiece open = _pool.TryPop(out OpenPiece? used) ? used : new OpenPiece();
        open.Begin(piece, blocks);
        open.IsWanted = wanted;
        open.OpenIndex = _all.Count;
        _all.Add(open);
        _byPiece.Add(piece, open);
        Relist(open);
        return open;
    }

    public void Close(OpenPiece open)
    {
        if (open.PartialIndex >= 0)
            RemovePartial(open);
        OpenPiece last = _all[^1];
        _all[open.OpenIndex] = last;
        last.OpenIndex = open.OpenIndex;
        _all.RemoveAt(_all.Count - 1);
        _byPiece.Remove(open.Piece);
        open.Owner = null;
        if (_pool.Count < PoolLimit)
            _pool.Push(open);
    }

    /// <summary>Puts a piece into the list of those with free blocks or takes it out, as its blocks are now.</summary>
    public void Relist(OpenPiece open)
    {
        bool partial = open.Free > 0 && open.IsWanted;
        if (partial == open.PartialIndex >= 0)
            return;
        if (!partial)
        {
            RemovePartial(open);
            return;
        }

        open.PartialIndex = _partials.Count;
        _partials.Add(open);
    }

    private void RemovePartial(OpenPiece open)
    {
        OpenPiece last = _partials[^1];
        _partials[open.PartialIndex] = last;
        last.PartialIndex = open.PartialIndex;
        _partials.RemoveAt(_partials.Count - 1);
        open.PartialIndex = -1;
    }
}
