using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <content>What always holds.</content>
public sealed partial class PiecePicker
{
    /// <summary>Throws where anything that the picker knows contradicts anything else. Walks everything: for tests, after every step.</summary>
    /// <exception cref="InvalidOperationException">Something does.</exception>
    public void CheckInvariants()
    {
        _order.CheckInvariants();
        CheckPieces();
        CheckPeers();
        foreach (OpenPiece open in _open.All)
            CheckOpen(open);
        foreach (OpenPiece open in _open.Partials)
            Invariant.Holds(_open.Find(open.Piece) == open, "a partial piece is open");
    }

    private void CheckPieces()
    {
        int missing = 0;
        int open = 0;
        for (int piece = 0; piece < Have.Length; piece++)
        {
            bool isOpen = _open.Find(piece) is not null;
            bool isListed = _order.Contains(piece);
            open += isOpen ? 1 : 0;
            Invariant.Holds((Have[piece] ? 1 : 0) + (isOpen ? 1 : 0) + (isListed ? 1 : 0) <= 1, "a piece is in one state");
            Invariant.Holds(isListed == (_wanted[piece] && !Have[piece] && !isOpen && !IsHeld(new PieceIndex(piece))), "what is wanted and nowhere else may be begun");
            Invariant.Holds(!isListed || _order.PriorityOf(piece) != FilePriority.Skip, "what may be begun has a priority");
            Invariant.Holds(!Have[piece] || !_failed.Contains(piece), "a piece that is here has not failed");
            Invariant.Holds(!IsHeld(new PieceIndex(piece)) || (!Have[piece] && !isOpen), "what is held is neither here nor open");
            missing += _wanted[piece] && !Have[piece] ? 1 : 0;
        }

        Invariant.Holds(missing == MissingWanted, "missing pieces are counted");
        Invariant.Holds(open == _open.All.Count, "open pieces are pieces");
    }

    private void CheckPeers()
    {
        int seeders = 0;
        int[] availability = new int[Have.Length];
        foreach (PeerPieces peer in _everyone)
        {
            seeders += peer.HasAll ? 1 : 0;
            Invariant.Holds(!peer.HasAll || peer.Some is null, "a seeder is not counted per piece");
            int interesting = 0;
            for (int piece = 0; piece < Have.Length && !peer.HasAll; piece++)
            {
                availability[piece] += peer.Has(piece) ? 1 : 0;
                interesting += peer.Has(piece) && _wanted[piece] && !Have[piece] ? 1 : 0;
            }

            Invariant.Holds(peer.HasAll || interesting == peer.Interesting, "what a peer has for us is counted");
            var seen = new HashSet<long>();
            foreach (long key in peer.Outstanding.Keys)
            {
                Invariant.Holds(seen.Add(key), "a block is asked of a peer once");
                OpenPiece? open = _open.Find(RequestQueue.PieceOf(key));
                Invariant.Holds(open is not null, "what is asked for is open");
                Invariant.Holds(!open.IsReceived(RequestQueue.BlockOf(key)), "what is asked for is not here");
            }
        }

        Invariant.Holds(_everyone.Count == _peers.Count, "every peer is listed");
        Invariant.Holds(seeders == SeederCount, "seeders are counted");
        for (int piece = 0; piece < Have.Length; piece++)
            Invariant.Holds(availability[piece] == _order.AvailabilityOf(piece), "availability is counted");
    }

    private void CheckOpen(OpenPiece open)
    {
        int free = 0;
        int requested = 0;
        int received = 0;
        for (int block = 0; block < open.BlockCount; block++)
        {
            long key = RequestQueue.KeyOf(open.Piece, block);
            int asked = _local.Outstanding.IndexOf(key) >= 0 ? 1 : 0;
            foreach (PeerPieces peer in _everyone)
                asked += peer.Outstanding.IndexOf(key) >= 0 ? 1 : 0;
            Invariant.Holds(asked == open.Copies(block), "a block knows how many were asked for it");
            Invariant.Holds(asked <= MaxCopies, "few are asked for the same block");
            Invariant.Holds(asked == 0 || open.Asked(block)!.Outstanding.IndexOf(key) >= 0, "who was asked first was asked");
            Invariant.Holds(asked == 0 || !open.IsReceived(block), "nobody is asked for what is here");
            received += open.IsReceived(block) ? 1 : 0;
            requested += asked > 0 ? 1 : 0;
            free += asked == 0 && !open.IsReceived(block) ? 1 : 0;
        }

        Invariant.Holds(open.BlockCount == _layout.DataBlocksIn(new PieceIndex(open.Piece)), "an open piece has its blocks");
        Invariant.Holds(free == open.Free && requested == open.Requested && received == open.Received, "blocks are counted");
        Invariant.Holds(requested + received > 0, "an open piece has something");
        Invariant.Holds(open.IsWanted == _wanted[open.Piece], "an open piece knows whether it is wanted");
        Invariant.Holds(open.PartialIndex >= 0 == (free > 0 && open.IsWanted), "partial pieces are listed");
        Invariant.Holds(open.PartialIndex < 0 || _open.Partials[open.PartialIndex] == open, "a partial piece knows its place");
    }
}
