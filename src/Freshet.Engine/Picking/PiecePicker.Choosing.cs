using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <content>Which blocks are asked for next.</content>
public sealed partial class PiecePicker
{
    // Kept between calls, so that they allocate nothing.
    private readonly List<PeerPieces> _twins = new(MaxCopies);
    private readonly List<long> _aborted = [];

    private long _touched;

    private enum Partials
    {
        /// <summary>Only those that nobody works on alone and that were not begun for snubbed peers.</summary>
        Shared,

        /// <summary>Only those that were begun for snubbed peers.</summary>
        Slow,

        /// <summary>Only those that come from this peer alone.</summary>
        Own,

        /// <summary>Every one.</summary>
        Any,
    }

    /// <summary>Whether every wanted block that some peer has is here or asked for, and some are not here.</summary>
    public bool IsEndGame
    {
        get
        {
            if (MissingWanted == 0 || _order.Count > (SeederCount > 0 ? 0 : _order.CountOfRarest))
                return false;
            foreach (OpenPiece open in _open.Partials)
            {
                _touched++;
                if (!IsReserved(open) && (SeederCount > 0 || _order.AvailabilityOf(open.Piece) > 0))
                    return false;
            }

            return true;
        }
    }

    /// <summary>More pieces are open than are good for memory.</summary>
    private bool IsCrowded
        => PartialCount > Math.Max(1, _peers.Count * 3 / 2)
            || (long)PartialCount * Math.Max(1, _layout.PieceLength / BlockRange.BlockLength) > MaxPartialBlocks;

    /// <summary>Chooses blocks to ask of a peer; each counts as asked for from here on, until it is received or aborted.</summary>
    /// <param name="who">The peer.</param>
    /// <param name="into">As many blocks as the peer's window has room for.</param>
    /// <returns>How many were chosen; 0 when there is nothing for this peer now.</returns>
    public int Pick(in PickRequest who, Span<BlockRange> into)
    {
        PeerPieces peer = Known(who.Peer);
        peer.IsSnubbed = who.IsSnubbed;
        peer.IsChoking = who.IsChoked;
        peer.BytesPerSecond = who.BytesPerSecond;
        peer.BestBytesPerSecond = Math.Max(peer.BestBytesPerSecond, who.BytesPerSecond);
        int count = TakeFree(peer, who, into);
        if (count > 0 || who.IsChoked || who.IsSnubbed)
            return count;
        if (ReleaseLate(peer))
            count = TakeFree(peer, who, into);
        return count > 0 ? count : TakeTwins(peer, who, into);
    }

    private int TakeFree(PeerPieces peer, in PickRequest who, Span<BlockRange> into)
    {
        int count = 0;
        while (count < into.Length && Choose(peer, who) is { } open)
        {
            peer.Current = open.Piece;
            peer.IsHelping = false;
            if (open.IsSole || who.PrefersWholePieces)
                open.Owner = peer;
            if (!who.IsSnubbed)
                open.IsSlow = false;
            count += TakeFree(open, peer, into[count..]);
        }

        return count;
    }

    /// <summary>
    /// When nothing else is left: opens pieces that are reserved to a sender far slower than a peer with nothing to do. Whose fault it is if such a piece is
    /// wrong again is told by its blocks once it is right, as for any other.
    /// </summary>
    private bool ReleaseLate(PeerPieces peer)
    {
        if (peer.Outstanding.Count > 0 || !IsEndGame)
            return false;
        bool released = false;
        foreach (OpenPiece open in _open.All)
        {
            _touched++;
            if (!open.IsWanted || open.Owner == peer || !IsReserved(open) || !peer.Has(open.Piece) || !IsLate(open, peer))
                continue;
            open.IsSole = false;
            open.IsReleased = true;
            open.Owner = null;
            released = true;
        }

        return released;
    }

    /// <summary>Whether the one that a piece is reserved to needs far longer for the rest of it than is worth waiting for.</summary>
    private static bool IsLate(OpenPiece open, PeerPieces peer)
    {
        long rate = open.Owner!.BytesPerSecond;
        long left = (long)(open.BlockCount - open.Received) * BlockRange.BlockLength;

        // A sender that has brought nothing yet is snubbed before long if it never does. What comes within a second is waited for.
        return rate > 0 && left > rate && (left / rate > WholePieceTime.TotalSeconds || peer.BestBytesPerSecond / ReleaseLead > rate);
    }

    /// <summary>The next piece to ask this peer for: it has free blocks.</summary>
    private OpenPiece? Choose(PeerPieces peer, in PickRequest who)
    {
        if (!peer.HasAll && peer.Interesting == 0)
            return null;
        if (who.IsChoked)
            return ChooseAllowedFast(peer, who);
        if (_open.Find(peer.Current) is { } current && IsOpenTo(current, peer) && IsFitting(current, peer, who))
            return current;
        if (who.IsSuspect)
            return FindPartial(peer, Partials.Own) ?? Begin(peer, who) ?? FindPartial(peer, Partials.Any);
        if (IsCrowded)
            return FindPartial(peer, who.IsSnubbed ? Partials.Slow : Partials.Shared) ?? FindPartial(peer, Partials.Any) ?? Begin(peer, who);
        return FindPartial(peer, who.IsSnubbed ? Partials.Slow : Partials.Shared) ?? Begin(peer, who) ?? FindPartial(peer, Partials.Any);
    }

    /// <summary>Whether a peer may go on with the piece that it is on, as the peer is now.</summary>
    private static bool IsFitting(OpenPiece current, PeerPieces peer, in PickRequest who)
        => who.IsSuspect ? current.IsSole && current.Owner == peer : current.IsSlow || !who.IsSnubbed;

    private OpenPiece? ChooseAllowedFast(PeerPieces peer, in PickRequest who)
    {
        if (peer.AllowedFast is not { } allowed)
            return null;
        foreach (int piece in allowed)
        {
            _touched++;
            if (_open.Find(piece) is { } open && IsOpenTo(open, peer))
                return open;
            if (_order.Contains(piece) && peer.Has(piece))
                return Open(piece, peer, who);
        }

        return null;
    }

    private OpenPiece? FindPartial(PeerPieces peer, Partials which)
    {
        OpenPiece? best = null;
        foreach (OpenPiece open in _open.Partials)
        {
            _touched++;
            bool fits = which switch
            {
                Partials.Shared => !open.IsSlow && !IsOwned(open),
                Partials.Slow => open.IsSlow,
                Partials.Own => open.IsSole && open.Owner == peer,
                _ => true,
            };
            if (fits && IsOpenTo(open, peer) && (best is null || IsBefore(open, best)))
                best = open;
        }

        return best;
    }

    /// <summary>Of two open pieces the one that is nearer to be whole, or the earlier one.</summary>
    private bool IsBefore(OpenPiece open, OpenPiece other)
        => Strategy == PickStrategy.Sequential || open.Free == other.Free ? open.Piece < other.Piece : open.Free < other.Free;

    private OpenPiece? Begin(PeerPieces peer, in PickRequest who)
    {
        if (_order.Count == 0 || peer.BarrenAt == _order.Additions)
            return null;
        int piece = FindSuggested(peer);
        if (piece < 0)
        {
            PieceSet? pieces = peer.HasAll ? null : peer.Some;
            piece = Strategy switch
            {
                PickStrategy.Sequential => _order.FindFirst(pieces),
                _ when Have.Count < RandomFirstPieces => _order.FindRandom(pieces),
                _ => _order.FindRarest(pieces, reverse: who.IsSnubbed),
            };
        }

        if (piece >= 0)
            return Open(piece, peer, who);
        peer.BarrenAt = _order.Additions;
        return null;
    }

    private int FindSuggested(PeerPieces peer)
    {
        if (peer.Suggested is not { Count: > 0 } suggested)
            return -1;
        for (int i = suggested.Count - 1; i >= 0; i--)
        {
            _touched++;
            int piece = suggested[i];
            if (Have[piece])
                suggested.RemoveAt(i);
            else if (_order.Contains(piece) && peer.Has(piece))
                return piece;
        }

        return -1;
    }

    private OpenPiece Open(int piece, PeerPieces peer, in PickRequest who)
    {
        _order.Remove(piece);
        OpenPiece open = _open.Open(piece, _layout.BlocksIn(new PieceIndex(piece)), wanted: true);
        open.IsSole = who.IsSuspect || _failed.Contains(piece);
        open.IsSlow = who.IsSnubbed;
        if (open.IsSole)
            open.Owner = peer;
        return open;
    }

    /// <summary>Whether a peer may be asked for free blocks of a piece.</summary>
    private static bool IsOpenTo(OpenPiece open, PeerPieces peer)
        => open.PartialIndex >= 0 && peer.Has(open.Piece) && (open.Owner == peer || !IsReserved(open));

    /// <summary>Whether somebody works on a piece alone.</summary>
    private static bool IsOwned(OpenPiece open) => open.Owner is { } owner && owner.Current == open.Piece && owner.IsBusy;

    /// <summary>Whether a piece that failed before is being fetched by one sender, who goes on with it.</summary>
    private static bool IsReserved(OpenPiece open) => open.IsSole && open.Owner is { IsBusy: true } owner && owner.Has(open.Piece);

    private int TakeFree(OpenPiece open, PeerPieces peer, Span<BlockRange> into)
    {
        int count = Math.Min(open.Free, into.Length);
        var piece = new PieceIndex(open.Piece);
        for (int i = 0; i < count; i++)
        {
            _touched++;
            int block = open.TakeFree(peer);
            peer.Outstanding.Add(RequestQueue.KeyOf(open.Piece, block));
            into[i] = _layout.Block(piece, block);
        }

        _open.Relist(open);
        return count;
    }

    /// <summary>End-game: blocks that others were asked for, those that the fewest were asked for first.</summary>
    private int TakeTwins(PeerPieces peer, in PickRequest who, Span<BlockRange> into)
    {
        if ((peer.Outstanding.Count > 0 && !peer.IsHelping) || !IsEndGame)
            return 0;
        into = into[..Math.Max(0, Math.Min(into.Length, EndGameDepth - peer.Outstanding.Count))];
        int count = 0;
        for (int copies = 1; copies < MaxCopies; copies++)
        {
            foreach (OpenPiece open in _open.All)
            {
                if (count == into.Length)
                    return count;
                _touched++;
                if (open.Requested > 0 && open.IsWanted && !open.IsSole && (!who.IsSuspect || open.IsReleased) && peer.Has(open.Piece))
                    count += TakeTwins(open, copies, peer, into[count..]);
            }
        }

        return count;
    }

    private int TakeTwins(OpenPiece open, int copies, PeerPieces peer, Span<BlockRange> into)
    {
        int count = 0;
        for (int block = 0; block < open.BlockCount && count < into.Length; block++)
        {
            _touched++;
            long key = RequestQueue.KeyOf(open.Piece, block);
            if (open.Copies(block) != copies || peer.Outstanding.IndexOf(key) >= 0)
                continue;
            open.AddTwin(block, peer);
            peer.Outstanding.Add(key);
            peer.IsHelping = true;
            into[count++] = _layout.Block(new PieceIndex(open.Piece), block);
        }

        return count;
    }
}
