using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Choking;

namespace Freshet.Engine.Tests.Choking;

public sealed class PieceSpreadTests
{
    private const int Pieces = 20;

    [Fact]
    public void Each_peer_is_shown_other_pieces_and_each_piece_once()
    {
        var swarm = new Swarm(Pieces);
        foreach (int peer in (int[])[1, 2, 3])
            swarm.Join(peer);
        var shown = new List<int>();
        while (shown.Count < Pieces)
        {
            Assert.True(swarm.Spread.TryShow(Swarm.Peer(1 + (shown.Count % 3)), out PieceIndex piece));
            shown.Add(piece.Value);
        }

        Assert.Equal(Pieces, shown.Distinct().Count());
        Assert.False(swarm.Spread.TryShow(Swarm.Peer(1), out _));
        Assert.False(swarm.Spread.IsSpread);
    }

    [Fact]
    public void What_was_not_shown_is_not_known_of()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1);
        swarm.Spread.TryShow(Swarm.Peer(1), out PieceIndex piece);
        for (int i = 0; i < Pieces; i++)
            Assert.Equal(i == piece.Value, swarm.Spread.IsShown(Swarm.Peer(1), new PieceIndex(i)));
    }

    [Fact]
    public void What_another_peer_has_is_not_shown()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1);
        swarm.Join(2);
        for (int piece = 1; piece < Pieces; piece++)
            swarm.Gets(2, piece);
        Assert.True(swarm.Spread.TryShow(Swarm.Peer(1), out PieceIndex shown));
        Assert.Equal(0, shown.Value);
        Assert.False(swarm.Spread.TryShow(Swarm.Peer(1), out _));
        swarm.Gets(1, 0);
        Assert.True(swarm.Spread.IsSpread);
    }

    [Fact]
    public void What_was_on_its_way_to_a_peer_that_left_is_shown_to_another()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1);
        swarm.Join(2);
        int[] first = swarm.ShowAll(1);
        Assert.Equal(Pieces, first.Length);
        swarm.Gets(1, first[0]);
        swarm.Leave(1);
        Assert.Equal(first.Order(), swarm.ShowAll(2).Order());
    }

    [Fact]
    public void What_is_on_its_way_to_a_peer_without_a_slot_is_shown_to_one_that_has_one_when_nothing_else_is_left()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1);
        swarm.Join(2);
        swarm.Spread.TryShow(Swarm.Peer(1), out PieceIndex stuck);
        Assert.Equal(Pieces - 1, swarm.ShowAll(2).Length);
        swarm.Spread.SetServed(Swarm.Peer(1), false);
        Assert.True(swarm.Spread.TryShow(Swarm.Peer(2), out PieceIndex piece));
        Assert.Equal(stuck, piece);
    }

    [Fact]
    public void What_is_long_on_its_way_to_a_slow_peer_is_shown_to_one_that_has_nothing_else_to_wait_for()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1);
        swarm.Join(2);
        swarm.Spread.TryShow(Swarm.Peer(1), out PieceIndex late);
        Assert.Equal(Pieces - 1, swarm.ShowAll(2).Length);
        Assert.False(swarm.Show(2));
        swarm.Spread.EndRound();
        Assert.False(swarm.Show(2));
        swarm.Spread.EndRound();
        Assert.True(swarm.Show(2));
        Assert.Equal(late.Value, swarm.PendingOf(2)[^1]);
    }

    /// <summary>A peer's word that it wants nothing crosses what we show it: that piece must not be lost.</summary>
    [Fact]
    public void A_piece_that_was_shown_while_the_peer_lost_interest_is_shown_again()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1);
        swarm.Join(2);
        int[] shown = swarm.ShowAll(1);
        swarm.Spread.HadAllShown(Swarm.Peer(1));
        Assert.Equal(0, swarm.Spread.PendingBytes(Swarm.Peer(1)));
        Assert.Equal(shown.Order(), swarm.ShowAll(2).Order());
    }

    [Fact]
    public void What_a_peer_that_is_shown_everything_asks_for_is_on_its_way()
    {
        var swarm = new Swarm(Pieces);
        swarm.Join(1, isShownAll: true);
        swarm.Join(2);
        for (int piece = 0; piece < 5; piece++)
            swarm.Spread.Asked(Swarm.Peer(1), new PieceIndex(piece));
        Assert.Equal(Enumerable.Range(5, Pieces - 5), swarm.ShowAll(2, most: Pieces - 5).Order());
        Assert.False(swarm.Spread.TryShow(Swarm.Peer(1), out _));
    }

    /// <summary>THREATS W12: who asks for one block of every piece holds back sixteen pieces, not all.</summary>
    [Fact]
    public void A_peer_that_asks_for_everything_holds_back_little()
    {
        var swarm = new Swarm(1000);
        swarm.Join(1, isShownAll: true);
        swarm.Join(2);
        swarm.Spread.SetServed(Swarm.Peer(1), true);
        for (int piece = 0; piece < 1000; piece++)
            swarm.Spread.Asked(Swarm.Peer(1), new PieceIndex(piece));
        Assert.Equal(1000 - 16, swarm.ShowAll(2).Length);
    }

    /// <summary>Whatever comes and goes: while peers take what they are shown, every piece is somewhere in the end, and none went out twice without need.</summary>
    [Fact]
    public void Everything_is_spread_through_any_history()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var random = new SeededRandom(seed);
            var swarm = new Swarm(60, seed);
            int next = 1;
            var here = new List<int>();
            int sent = 0;
            int lost = 0;
            for (int step = 0; !swarm.Spread.IsSpread || here.Count == 0; step++)
            {
                Assert.True(step < 5000, $"seed {seed}: not spread after {step} steps");
                if (here.Count < 3 || (here.Count < 8 && random.Chance(0.05)))
                {
                    here.Add(next);
                    swarm.Join(next++);
                }

                int peer = here[random.Next(here.Count)];
                if (random.Chance(0.01))
                {
                    lost += swarm.Leave(peer);
                    here.Remove(peer);
                }
                else if (swarm.Spread.PendingBytes(Swarm.Peer(peer)) > 0 && random.Chance(0.7))
                {
                    swarm.Gets(peer, swarm.PendingOf(peer)[0]);
                    sent++;
                }
                else
                {
                    swarm.Spread.SetServed(Swarm.Peer(peer), random.Chance(0.8));
                    swarm.Show(peer);
                }
            }

            Assert.True(sent <= 60 + lost + 60, $"seed {seed}: {sent} pieces went out, {lost} were lost again");
        }
    }

    private sealed class Swarm : ISwarmView
    {
        private readonly SortedDictionary<int, HashSet<int>> _has = [];
        private readonly Dictionary<int, List<int>> _pending = [];

        public Swarm(int pieces, ulong seed = 1)
        {
            var file = new FileEntry { Index = new FileIndex(0), Path = "f", OriginalPath = "f", Length = pieces * 16384L, Offset = 0 };
            Spread = new PieceSpread(new PieceLayout([file], 16384), new SeededRandom(seed), this);
        }

        public PieceSpread Spread { get; }

        public static ConnectionId Peer(int number) => new(number);

        public void Join(int peer, bool isShownAll = false)
        {
            _has[peer] = [];
            _pending[peer] = [];
            Spread.Add(Peer(peer), isShownAll);
            Spread.SetServed(Peer(peer), true);
        }

        /// <summary>Returns how many pieces nobody has any more.</summary>
        public int Leave(int peer)
        {
            HashSet<int> had = _has[peer];
            _has.Remove(peer);
            Spread.Remove(Peer(peer));
            return had.Count(piece => !_has.Values.Any(other => other.Contains(piece)));
        }

        public void Gets(int peer, int piece)
        {
            _has[peer].Add(piece);
            _pending[peer].Remove(piece);
            Spread.Had(Peer(peer), new PieceIndex(piece));
        }

        public List<int> PendingOf(int peer) => _pending[peer];

        public bool Show(int peer)
        {
            bool isShown = Spread.TryShow(Peer(peer), out PieceIndex piece);
            if (isShown)
                _pending[peer].Add(piece.Value);
            return isShown;
        }

        public int[] ShowAll(int peer, int most = int.MaxValue)
        {
            int before = _pending[peer].Count;
            while (_pending[peer].Count - before < most && Show(peer))
            {
            }

            return [.. _pending[peer].Skip(before)];
        }

        int ISwarmView.AvailabilityOf(PieceIndex piece) => _has.Values.Count(pieces => pieces.Contains(piece.Value));

        bool ISwarmView.PeerHas(ConnectionId peer, PieceIndex piece) => _has[(int)peer.Value].Contains(piece.Value);
    }
}
