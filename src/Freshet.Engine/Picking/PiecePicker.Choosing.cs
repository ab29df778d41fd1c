using Freshet.Abstractions;
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
        peer.UsualBytesPerSecond = who.UsualBytesPerSecond;
        peer.IsRateSettled = who.IsRateSettled;
        int count = TakeFree(peer, who, into);
        if (count > 0 || who.IsChoked || who.IsSnubbed)
            return count;
        bool isEndGame = IsEndGame;
        if (ReleaseLate(peer, isEndGame))
            count = TakeFree(peer, who, into);
        if (count > 0)
            return count;
        return isEndGame ? TakeTwins(peer, who, into) : TakeOver(peer, who, into);
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
        if (Strategy == PickStrategy.Smart && Custom is null && !who.IsSnubbed)
            return ChooseSmart(peer, who);
        OpenPiece? partial = FindPartial(peer, who.IsSnubbed ? Partials.Slow : Partials.Shared);
        if (IsCrowded)
            return partial ?? FindPartial(peer, Partials.Any) ?? Begin(peer, who);
        return partial is null ? BeginOrHelp(peer, who) : Begin(peer, who, above: _order.PriorityOf(partial.Piece)) ?? partial;
    }

    /// <summary>A new piece, or else one that others have for themselves; that one first where it has a higher priority.</summary>
    private OpenPiece? BeginOrHelp(PeerPieces peer, in PickRequest who)
    {
        if (!_order.HasPriorities || Custom is not null)
            return Begin(peer, who) ?? FindPartial(peer, Partials.Any);
        OpenPiece? other = FindPartial(peer, Partials.Any);
        return other is null ? Begin(peer, who) : Begin(peer, who, above: _order.PriorityOf(other.Piece) - 1) ?? other;
    }

    /// <summary>An open piece or a new one, whichever costs less; <see cref="SmartCost"/> says what.</summary>
    private OpenPiece? ChooseSmart(PeerPieces peer, in PickRequest who)
    {
        OpenPiece? best = null;
        double least = double.MaxValue;
        foreach (OpenPiece open in _open.Partials)
        {
            _touched++;
            if (open.IsSlow || IsOwned(open) || !IsOpenTo(open, peer))
                continue;
            double cost = CostOf(open.Piece, open.Free, open.BlockCount, who);
            int by = best is null ? 1 : _order.PriorityOf(open.Piece).CompareTo(_order.PriorityOf(best.Piece));
            if (by > 0 || (by == 0 && cost < least))
                (best, least) = (open, cost);
        }

        if (best is null)
            return (IsCrowded ? FindPartial(peer, Partials.Any) : null) ?? BeginOrHelp(peer, who);
        if (IsCrowded)
            return best;
        FilePriority priority = _order.PriorityOf(best.Piece);
        int piece = _order.Count == 0 ? PeerPieces.NoPiece : FindNew(peer, who, priority - 1);
        if (piece < 0)
            return best;
        int blocks = _layout.DataBlocksIn(new PieceIndex(piece));
        return _order.PriorityOf(piece) > priority || CostOf(piece, blocks, blocks, who) < least ? Begin(piece, peer, who) : best;
    }

    private double CostOf(int piece, int missing, int blocks, in PickRequest who)
        => SmartCost.Of(AvailabilityOf(new PieceIndex(piece)), _peers.Count, missing, blocks, who.BytesPerSecond);

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

    /// <summary>Of two open pieces the more urgent one, then the one that is nearer to be whole, or the earlier one.</summary>
    private bool IsBefore(OpenPiece open, OpenPiece other)
    {
        int by = _order.PriorityOf(open.Piece).CompareTo(_order.PriorityOf(other.Piece));
        if (by != 0)
            return by > 0;
        return Strategy == PickStrategy.Sequential || open.Free == other.Free ? open.Piece < other.Piece : open.Free < other.Free;
    }

    private OpenPiece? Begin(PeerPieces peer, in PickRequest who, FilePriority above = FilePriority.Skip)
    {
        if (_order.Count == 0)
            return null;
        int piece = FindNew(peer, who, above);
        return piece < 0 ? null : Begin(piece, peer, who);
    }

    private OpenPiece Begin(int piece, PeerPieces peer, in PickRequest who)
    {
        NoteRun(piece, peer, who);
        return Open(piece, peer, who);
    }

    /// <summary>A piece to begin for a peer, or -1.</summary>
    private int FindNew(PeerPieces peer, in PickRequest who, FilePriority above)
    {
        if (Custom is not null)
        {
            // Its choice is among all priorities, and is made when nothing that is begun is left to do.
            if (above != FilePriority.Skip)
                return PeerPieces.NoPiece;
            int proposed = AskCustom(peer);
            if (proposed >= 0)
                return proposed;
        }

        int suggested = FindSuggested(peer, above);
        if (suggested >= 0)
            return suggested;
        SearchOrder order = Strategy switch
        {
            PickStrategy.Sequential => SearchOrder.First,
            _ when Have.Count < RandomFirstPieces => SearchOrder.Random,
            PickStrategy.Random => SearchOrder.Random,
            _ when who.IsSnubbed => SearchOrder.MostCommon,
            PickStrategy.RandomRarest => SearchOrder.RarestOfSome,
            _ => SearchOrder.Rarest,
        };
        int piece = _order.Find(order, peer.HasAll ? null : peer.Some, above, ref peer.Barren);
        return order == SearchOrder.Rarest && piece >= 0 ? NextOfRun(peer, piece) : piece;
    }

    /// <summary>The piece behind the one that was begun last for a fast peer, where it is no more common than the one that would be begun in its place.</summary>
    private int NextOfRun(PeerPieces peer, int rarest)
    {
        int next = peer.RunAt + 1;
        bool goesOn = peer.RunAt >= 0 && peer.RunLeft > 0 && next < Have.Length && _order.Contains(next) && peer.Has(next)
            && _order.PriorityOf(next) == _order.PriorityOf(rarest) && _order.AvailabilityOf(next) <= _order.AvailabilityOf(rarest);
        return goesOn ? next : rarest;
    }

    private void NoteRun(int piece, PeerPieces peer, in PickRequest who)
    {
        if (!who.PrefersWholePieces)
        {
            peer.RunAt = PeerPieces.NoPiece;
            return;
        }

        if (peer.RunAt < 0 || piece != peer.RunAt + 1)
            peer.RunLeft = (long)Math.Min(Math.Max(peer.BytesPerSecond, peer.UsualBytesPerSecond) * WholePieceTime.TotalSeconds, MaxRunBytes);
        peer.RunAt = piece;
        peer.RunLeft -= _layout.PieceLength;
    }

    private int FindSuggested(PeerPieces peer, FilePriority above)
    {
        if (peer.Suggested is not { Count: > 0 } suggested)
            return -1;
        for (int i = suggested.Count - 1; i >= 0; i--)
        {
            _touched++;
            int piece = suggested[i];
            if (Have[piece])
                suggested.RemoveAt(i);
            else if (_order.Contains(piece) && peer.Has(piece) && _order.PriorityOf(piece) is var priority && priority > above && !_order.MayHaveAbove(priority, ref peer.Barren))
                return piece;
        }

        return -1;
    }

    private OpenPiece Open(int piece, PeerPieces peer, in PickRequest who)
    {
        _order.Remove(piece);
        OpenPiece open = _open.Open(piece, _layout.DataBlocksIn(new PieceIndex(piece)), wanted: true);
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
        if (!open.IsBegun)
        {
            open.IsBegun = true;
            Begun?.Invoke(piece);
        }

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
}
