using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>
/// Which pieces a seeder shows to whom while nobody else has them, so that each leaves it once before any leaves it twice (docs/choking.md). Peers that are
/// shown everything are known here too: what they ask for is on its way as well.
/// <para>
/// Strictly (BEP 16, super-seeding) a peer is shown one piece at a time, and the next one only when the last one has been seen at somebody else: who passes nothing on
/// gets nothing more. Then it goes on when all is spread, with what the fewest have.
/// </para>
/// <para>Costs 6 bytes a piece and a bit a piece and peer; a step costs what it changes, a peer that leaves one look at every piece.</para>
/// </summary>
public sealed class PieceSpread
{
    // Of what a peer to whom all is shown asks for, the latest so many pieces are taken to be on their way: no honest peer works on more for long.
    private const int MaxTaken = 16;

    // In rounds of the choker, so 10 to 20 seconds: a piece that is not there by then waits for a slow line, and others who have nothing to wait for may fetch it, too.
    private const int LateAfter = 2;

    // Looked at for one that few have, once all are spread: of so many the rarest is rare enough, and looking costs the same with a million pieces.
    private const int SampleSize = 64;

    private readonly PieceLayout _layout;
    private readonly SeededRandom _random;
    private readonly bool _isStrict;
    private readonly ISwarmView _swarm;
    private readonly int[] _order;
    private readonly ushort[] _onTheirWay;

    // The order in which they came; looked up by key elsewhere.
    private readonly List<SpreadPeer> _peers = [];
    private readonly Dictionary<ConnectionId, SpreadPeer> _byId = [];
    private int _round;
    private int _fresh;
    private int _unseen;

    // Whether pieces that were passed over may be fresh again.
    private bool _isLeft;

    /// <summary>Starts with nothing shown to anyone.</summary>
    /// <param name="layout">The pieces; all are here.</param>
    /// <param name="random">Draws the order in which pieces are shown.</param>
    /// <param name="swarm">What the peers have.</param>
    /// <param name="isStrict">Whether to seed as BEP 16 says.</param>
    public PieceSpread(PieceLayout layout, SeededRandom random, ISwarmView swarm, bool isStrict = false)
    {
        _layout = layout;
        _random = random;
        _isStrict = isStrict;
        _swarm = swarm;
        _order = [.. Enumerable.Range(0, layout.PieceCount)];
        random.Shuffle(_order.AsSpan());
        _onTheirWay = new ushort[layout.PieceCount];
    }

    /// <summary>Whether every piece is at some other peer.</summary>
    public bool IsSpread
    {
        get
        {
            while (_unseen < _order.Length && _swarm.AvailabilityOf(new PieceIndex(_order[_unseen])) > 0)
                _unseen++;
            return _unseen == _order.Length;
        }
    }

    /// <summary>A peer has come.</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="isShownAll">Whether it was told of everything.</param>
    public void Add(ConnectionId peer, bool isShownAll)
    {
        var added = new SpreadPeer(peer, isShownAll ? null : new Bitfield(_layout.PieceCount));
        _byId.Add(peer, added);
        _peers.Add(added);
    }

    /// <summary>A peer has gone: what was on its way to it is as if never shown, and what only it had is nowhere.</summary>
    public void Remove(ConnectionId peer)
    {
        if (!_byId.Remove(peer, out SpreadPeer? gone))
            return;
        _peers.Remove(gone);
        foreach (int piece in gone.Pending)
            _onTheirWay[piece]--;
        Rescan();
    }

    /// <summary>A peer says that it has a piece.</summary>
    public void Had(ConnectionId peer, PieceIndex piece)
    {
        if (_byId.TryGetValue(peer, out SpreadPeer? known) && known.Pending.Remove(piece.Value))
            _onTheirWay[piece.Value]--;
    }

    /// <summary>A peer wants nothing of what it was shown.</summary>
    public void HadAllShown(ConnectionId peer)
    {
        if (!_byId.TryGetValue(peer, out SpreadPeer? known) || known.Shown is null)
            return;
        foreach (int piece in known.Pending)
            _onTheirWay[piece]--;
        known.Pending.Clear();

        // What was shown while that word was on its way may be nowhere yet.
        _isLeft = true;
    }

    /// <summary>A peer to whom everything is shown asks for a block.</summary>
    public void Asked(ConnectionId peer, PieceIndex piece)
    {
        if (!_byId.TryGetValue(peer, out SpreadPeer? known) || known.Shown is not null || known.Pending.Contains(piece.Value))
            return;
        if (known.Pending.Count == MaxTaken)
        {
            _isLeft = true;
            _onTheirWay[known.Pending[0]]--;
            known.Pending.RemoveAt(0);
        }

        known.Pending.Add(piece.Value);
        known.LastShownIn = _round;
        _onTheirWay[piece.Value]++;
    }

    /// <summary>Whether a peer was told that a piece is here.</summary>
    public bool IsShown(ConnectionId peer, PieceIndex piece)
        => !_byId.TryGetValue(peer, out SpreadPeer? known) || known.Shown is null || known.Shown[piece];

    /// <summary>Whether a peer may download; what is on its way to one that may not is shown to others when nothing else is left.</summary>
    public void SetServed(ConnectionId peer, bool isServed)
    {
        if (_byId.TryGetValue(peer, out SpreadPeer? known))
            known.IsServed = isServed;
    }

    /// <summary>A round of the choker is over.</summary>
    public void EndRound() => _round++;

    /// <summary>Bytes of the pieces that were shown to a peer and that it has not got.</summary>
    public long PendingBytes(ConnectionId peer)
    {
        long bytes = 0;
        if (_byId.TryGetValue(peer, out SpreadPeer? known))
        {
            foreach (int piece in known.Pending)
                bytes += _layout.LengthOf(new PieceIndex(piece));
        }

        return bytes;
    }

    /// <summary>Shows a peer a piece that nobody has or is about to get; else one that somebody without a slot was shown.</summary>
    /// <returns>False where there is none: all are elsewhere or on their way, or strictly the peer has to pass its last one on first.</returns>
    public bool TryShow(ConnectionId peer, out PieceIndex piece)
    {
        piece = default;
        if (!_byId.TryGetValue(peer, out SpreadPeer? known) || known.Shown is null || (_isStrict && !HasPassedOn(known)))
            return false;
        int found = NextFresh();
        if (found < 0)
            found = FindStuck(known);
        if (found < 0 && _isStrict)
            found = FindRare(known);
        if (found < 0)
            return false;
        piece = new PieceIndex(found);
        known.Shown[found] = true;
        known.Last = found;
        known.LastShownIn = _round;
        known.Pending.Add(found);
        _onTheirWay[found]++;
        return true;
    }

    private void Rescan()
    {
        _fresh = _unseen = 0;
        _isLeft = false;
    }

    private int NextFresh()
    {
        if (_fresh == _order.Length && _isLeft)
            Rescan();
        for (; _fresh < _order.Length; _fresh++)
        {
            int piece = _order[_fresh];
            if (_onTheirWay[piece] == 0 && _swarm.AvailabilityOf(new PieceIndex(piece)) == 0)
                return piece;
        }

        return -1;
    }

    /// <summary>Whether the last piece that a peer was shown is somewhere else, too, or there is nobody to pass it on to.</summary>
    private bool HasPassedOn(SpreadPeer peer)
    {
        if (peer.Last < 0)
            return true;
        var last = new PieceIndex(peer.Last);
        if (peer.Pending.Contains(peer.Last))
            return _swarm.AvailabilityOf(last) > 0;
        return _swarm.AvailabilityOf(last) > 1 || _peers.Count == 1;
    }

    private int FindRare(SpreadPeer peer)
    {
        int best = -1;
        int start = _random.Next(_order.Length);
        for (int i = 0, looked = 0; i < _order.Length && looked < SampleSize; i++)
        {
            int piece = _order[(start + i) % _order.Length];
            if (peer.Shown![piece] || _swarm.PeerHas(peer.Id, new PieceIndex(piece)))
                continue;
            looked++;
            if (best < 0 || Copies(piece) < Copies(best))
                best = piece;
        }

        return best;
    }

    private int Copies(int piece) => _onTheirWay[piece] + _swarm.AvailabilityOf(new PieceIndex(piece));

    private int FindStuck(SpreadPeer forPeer)
    {
        foreach (SpreadPeer other in _peers)
        {
            if (!IsLate(other))
                continue;
            foreach (int piece in other.Pending)
            {
                if (!forPeer.Shown![piece] && _swarm.AvailabilityOf(new PieceIndex(piece)) == 0 && !IsComing(piece))
                    return piece;
            }
        }

        return -1;
    }

    /// <summary>Whether what is on its way to a peer cannot be counted on.</summary>
    private bool IsLate(SpreadPeer peer) => !peer.IsServed || _round - peer.LastShownIn >= LateAfter;

    /// <summary>Whether a piece is on its way to somebody who has a slot.</summary>
    private bool IsComing(int piece)
    {
        foreach (SpreadPeer peer in _peers)
        {
            if (!IsLate(peer) && peer.Pending.Contains(piece))
                return true;
        }

        return false;
    }

    private sealed class SpreadPeer(ConnectionId id, Bitfield? shown)
    {
        public ConnectionId Id { get; } = id;

        /// <summary>What it was told of; null: everything.</summary>
        public Bitfield? Shown { get; } = shown;

        public bool IsServed { get; set; }

        /// <summary>What it was shown last; -1: nothing yet.</summary>
        public int Last { get; set; } = -1;

        /// <summary>In which round that was, or it last asked for something.</summary>
        public int LastShownIn { get; set; }

        /// <summary>What was shown to it, or asked for by it, and is not there yet.</summary>
        public List<int> Pending { get; } = [];
    }
}
