using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <content>Blocks that others were asked for: the end-game, and what is taken over from the slow before it.</content>
public sealed partial class PiecePicker
{
    /// <summary>Whether every wanted block that some peer has is here or asked of peers, and some are not here.</summary>
    public bool IsEndGame
    {
        get
        {
            if (MissingWanted == 0 || HeldCount > 0 || _local.Outstanding.Count > 0 || _order.Count > (SeederCount > 0 || IsGrowing ? 0 : _order.CountOfRarest))
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

    /// <summary>
    /// Whether pieces that nobody had keep turning up in the swarm, as while its only source gives them out one by one. Those are waited for: to ask twice for the few
    /// that are there would be the end-game all the time.
    /// </summary>
    public bool IsGrowing { get; set; }

    /// <summary>
    /// When nothing else is left: opens pieces that are reserved to a sender far slower than a peer with nothing to do. Whose fault it is if such a piece is
    /// wrong again is told by its blocks once it is right, as for any other.
    /// </summary>
    private bool ReleaseLate(PeerPieces peer, bool isEndGame)
    {
        if (peer.Outstanding.Count > 0 || (!isEndGame && !CanTakeOver(peer)))
            return false;
        bool released = false;
        foreach (OpenPiece open in _open.All)
        {
            _touched++;
            if (!open.IsWanted || open.Owner == peer || !IsReserved(open) || !peer.Has(open.Piece))
                continue;
            if (!(isEndGame ? IsLate(open, peer) : IsFarSlower(open.Owner!, peer, TakeOverLead)))
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
        return rate > 0 && left > rate && (left / rate > WholePieceTime.TotalSeconds || IsFarSlower(open.Owner, peer, ReleaseLead));
    }

    /// <summary>End-game: blocks that others were asked for, those that the fewest were asked for first.</summary>
    private int TakeTwins(PeerPieces peer, in PickRequest who, Span<BlockRange> into)
    {
        into = into[..RoomToHelp(peer, into.Length)];
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

    /// <summary>
    /// Before the end-game: blocks that were asked of peers far slower than one that has nothing else to do, those first that would come last. Each is taken over once.
    /// </summary>
    private int TakeOver(PeerPieces peer, in PickRequest who, Span<BlockRange> into)
    {
        if (!CanTakeOver(peer))
            return 0;
        into = into[..RoomToHelp(peer, into.Length)];
        int count = 0;
        int looked = 0;
        foreach (PeerPieces slow in _everyone)
        {
            if (count == into.Length || looked > MaxLookedAt)
                break;
            looked++;
            if (slow == peer || !IsFarSlower(slow, peer, TakeOverLead))
                continue;
            for (int i = slow.Outstanding.Count - 1; i >= 0 && count < into.Length && looked <= MaxLookedAt; i--, looked++)
            {
                // What comes within a second is waited for.
                if ((i + 1L) * BlockRange.BlockLength <= slow.UsualBytesPerSecond)
                    break;
                long key = slow.Outstanding.Keys[i];
                OpenPiece open = _open.Find(RequestQueue.PieceOf(key))!;
                int block = RequestQueue.BlockOf(key);
                if (!open.IsWanted || open.IsSole || (who.IsSuspect && !open.IsReleased) || open.Copies(block) != 1 || !peer.Has(open.Piece))
                    continue;
                into[count++] = TakeTwin(open, block, peer);
            }
        }

        _touched += looked;
        return count;
    }

    /// <summary>Whether a peer is known to be fast enough that others can be far slower.</summary>
    private static bool CanTakeOver(PeerPieces fast) => fast.UsualBytesPerSecond >= TakeOverLead;

    /// <summary>Whether one peer is so many times slower than another, by what both usually bring: the figure of a few seconds is low between two bursts, and high in one.</summary>
    private static bool IsFarSlower(PeerPieces slow, PeerPieces fast, int times)
        => slow.IsRateSettled && fast.UsualBytesPerSecond / times >= slow.UsualBytesPerSecond;

    /// <summary>How many blocks of others a peer may be asked for: none as long as it has work of its own.</summary>
    private static int RoomToHelp(PeerPieces peer, int room)
        => peer.Outstanding.Count > 0 && !peer.IsHelping ? 0 : Math.Clamp(EndGameDepth - peer.Outstanding.Count, 0, room);

    private BlockRange TakeTwin(OpenPiece open, int block, PeerPieces peer)
    {
        open.AddTwin(block, peer);
        peer.Outstanding.Add(RequestQueue.KeyOf(open.Piece, block));
        peer.IsHelping = true;
        return _layout.Block(new PieceIndex(open.Piece), block);
    }

    private int TakeTwins(OpenPiece open, int copies, PeerPieces peer, Span<BlockRange> into)
    {
        int count = 0;
        for (int block = 0; block < open.BlockCount && count < into.Length; block++)
        {
            _touched++;
            long key = RequestQueue.KeyOf(open.Piece, block);
            if (open.Copies(block) != copies || IsLocal(open, block) || peer.Outstanding.IndexOf(key) >= 0)
                continue;
            into[count++] = TakeTwin(open, block, peer);
        }

        return count;
    }
}
