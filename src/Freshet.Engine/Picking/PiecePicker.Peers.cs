using System.Numerics;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <content>What the connected peers have.</content>
public sealed partial class PiecePicker
{
    private readonly Dictionary<ConnectionId, PeerPieces> _peers = [];

    // The same in an order that does not depend on hashes.
    private readonly List<PeerPieces> _everyone = [];

    /// <summary>Peers that have every piece; counted once, not per piece.</summary>
    public int SeederCount { get; private set; }

    /// <summary>Connected peers.</summary>
    public int PeerCount => _peers.Count;

    /// <summary>How many connected peers have a piece.</summary>
    public int AvailabilityOf(PieceIndex piece) => _order.AvailabilityOf(piece.Value) + SeederCount;

    /// <summary>A peer has come; it has nothing yet.</summary>
    /// <exception cref="ArgumentException">It is there already.</exception>
    public void AddPeer(ConnectionId peer)
    {
        var known = new PeerPieces(peer) { Position = _everyone.Count };
        _peers.Add(peer, known);
        _everyone.Add(known);
    }

    /// <summary>A peer has gone: what was asked of it is free again. Costs its own pieces and requests only.</summary>
    public void RemovePeer(ConnectionId peer)
    {
        if (!_peers.TryGetValue(peer, out PeerPieces? known))
            return;
        AbortAll(peer);
        ForgetPieces(known);
        _peers.Remove(peer);
        PeerPieces last = _everyone[^1];
        _everyone[known.Position] = last;
        last.Position = known.Position;
        _everyone.RemoveAt(_everyone.Count - 1);
    }

    /// <summary>BITFIELD: what the peer has, in place of what was known. The bitfield is copied. Costs the bits that are set.</summary>
    public void SetHave(ConnectionId peer, Bitfield pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pieces.Length, Have.Length, nameof(pieces));
        PeerPieces known = Known(peer);
        ForgetPieces(known);
        if (pieces.IsEmpty)
            return;
        if (pieces.IsFull && !known.IsFickle)
        {
            known.HasAll = true;
            SeederCount++;
            return;
        }

        known.Some = new PieceSet(pieces.Length);
        known.Some.CopyFrom(pieces.Words);
        for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
            _order.Increment(piece);
        known.Interesting = CountInteresting(known);
    }

    /// <summary>HAVE ALL (BEP 6). O(1).</summary>
    public void SetHaveAll(ConnectionId peer)
    {
        PeerPieces known = Known(peer);
        if (known.IsFickle)
        {
            var all = new Bitfield(Have.Length);
            all.SetAll();
            SetHave(peer, all);
            return;
        }

        ForgetPieces(known);
        known.HasAll = true;
        SeederCount++;
    }

    /// <summary>HAVE. False where it was known. O(1), but for the one that makes the peer a seeder, which costs as much as all before.</summary>
    public bool AddHave(ConnectionId peer, PieceIndex piece)
    {
        PeerPieces known = Known(peer);
        if (known.HasAll)
            return false;
        known.Some ??= new PieceSet(Have.Length);
        if (!known.Some.Add(piece.Value))
            return false;
        _order.Increment(piece.Value);
        known.Barren = default;
        if (_wanted[piece] && !Have[piece])
            known.Interesting++;
        if (known.Some.Count == Have.Length && !known.IsFickle)
            SetHaveAll(peer);
        return true;
    }

    /// <summary>DONT HAVE (BEP 54). False where it was known. What was asked for of the piece stays asked for.</summary>
    public bool RemoveHave(ConnectionId peer, PieceIndex piece)
    {
        PeerPieces known = Known(peer);
        if (!known.Has(piece.Value))
            return false;
        if (known.HasAll)
        {
            known.IsFickle = true;
            SetHaveAll(peer);
        }

        known.Some!.Remove(piece.Value);
        _order.Decrement(piece.Value);
        if (_wanted[piece] && !Have[piece])
            known.Interesting--;
        return true;
    }

    /// <summary>SUGGEST (BEP 6): begun first on this connection where it is wanted. The last <see cref="MaxSuggested"/> count.</summary>
    public void Suggest(ConnectionId peer, PieceIndex piece)
    {
        PeerPieces known = Known(peer);
        List<int> suggested = known.Suggested ??= [];
        if (suggested.Contains(piece.Value))
            return;
        if (suggested.Count == MaxSuggested)
            suggested.RemoveAt(0);
        suggested.Add(piece.Value);
    }

    /// <summary>ALLOWED FAST (BEP 6): may be asked of this peer while it chokes us. The first <see cref="MaxAllowedFast"/> count.</summary>
    public void AllowFast(ConnectionId peer, PieceIndex piece)
    {
        List<int> allowed = Known(peer).AllowedFast ??= [];
        if (allowed.Count < MaxAllowedFast && !allowed.Contains(piece.Value))
            allowed.Add(piece.Value);
    }

    /// <summary>Whether the peer has a piece.</summary>
    public bool PeerHas(ConnectionId peer, PieceIndex piece) => Known(peer).Has(piece.Value);

    /// <summary>How many pieces the peer has.</summary>
    public int PeerPieceCount(ConnectionId peer)
    {
        PeerPieces known = Known(peer);
        return known.HasAll ? Have.Length : known.Some?.Count ?? 0;
    }

    /// <summary>Whether the peer has a wanted piece that is not here: what INTERESTED says.</summary>
    public bool IsInteresting(ConnectionId peer)
    {
        PeerPieces known = Known(peer);
        return known.HasAll ? MissingWanted > 0 : known.Interesting > 0;
    }

    /// <summary>How many requests of this connection are out.</summary>
    public int OutstandingOf(ConnectionId peer) => _peers.TryGetValue(peer, out PeerPieces? known) ? known.Outstanding.Count : 0;

    /// <summary>The blocks asked of a connection, oldest first.</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="into">Where to; what has no room is left out.</param>
    /// <returns>How many were copied.</returns>
    public int CopyOutstanding(ConnectionId peer, Span<BlockRange> into)
    {
        if (!_peers.TryGetValue(peer, out PeerPieces? known))
            return 0;
        int count = Math.Min(into.Length, known.Outstanding.Count);
        for (int i = 0; i < count; i++)
            into[i] = BlockOf(known.Outstanding.Keys[i]);
        return count;
    }

    /// <summary>A request will not be answered (REJECT, time-out). False where it was not out.</summary>
    public bool Abort(BlockRange block, ConnectionId peer)
    {
        long key = RequestQueue.KeyOf(block);
        if (!IsBlock(block) || !_peers.TryGetValue(peer, out PeerPieces? known) || !known.Outstanding.Remove(key))
            return false;
        Release(key, known);
        return true;
    }

    /// <summary>No request of a connection will be answered (CHOKE, time-out).</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="exceptAllowedFast">Keep those for allowed-fast pieces: a CHOKE does not void them (BEP 6).</param>
    /// <returns>How many were given up.</returns>
    public int AbortAll(ConnectionId peer, bool exceptAllowedFast = false)
    {
        if (!_peers.TryGetValue(peer, out PeerPieces? known))
            return 0;
        known.IsChoking |= exceptAllowedFast;
        RequestQueue queue = known.Outstanding;
        int kept = 0;
        for (int left = queue.Count; left > 0; left--)
        {
            // From the front, where taking out costs nothing; what is kept goes behind, in the order in which it was.
            long key = queue.Keys[0];
            queue.RemoveAt(0);
            if (exceptAllowedFast && known.AllowedFast is { } allowed && allowed.Contains(RequestQueue.PieceOf(key)))
            {
                queue.Add(key);
                kept++;
                continue;
            }

            _aborted.Add(key);
        }

        int count = _aborted.Count;
        foreach (long key in _aborted)
            Release(key, known);
        _aborted.Clear();
        if (kept == 0)
            known.IsHelping = false;
        return count;
    }

    private PeerPieces Known(ConnectionId peer)
        => _peers.TryGetValue(peer, out PeerPieces? known) ? known : throw new ArgumentException($"There is no peer {peer}.", nameof(peer));

    private BlockRange BlockOf(long key) => _layout.Block(new PieceIndex(RequestQueue.PieceOf(key)), RequestQueue.BlockOf(key));

    private void ForgetPieces(PeerPieces peer)
    {
        if (peer.HasAll)
            SeederCount--;
        if (peer.Some is { } some)
        {
            ReadOnlySpan<ulong> words = some.Words;
            for (int word = 0; word < words.Length; word++)
            {
                for (ulong bits = words[word]; bits != 0; bits &= bits - 1)
                    _order.Decrement((word << 6) + BitOperations.TrailingZeroCount(bits));
            }
        }

        peer.HasAll = false;
        peer.Some = null;
        peer.Interesting = 0;
        peer.Barren = default;
    }

    private int CountInteresting(PeerPieces peer) => peer.Some?.CountOf(_wanted.Words, Have.Words) ?? 0;

    private void Release(long key, PeerPieces peer)
    {
        OpenPiece open = _open.Find(RequestQueue.PieceOf(key))!;
        if (!open.Release(RequestQueue.BlockOf(key), peer))
            return;
        if (open.Requested == 0 && open.Received == 0)
            Close(open);
        else
            _open.Relist(open);
    }
}
