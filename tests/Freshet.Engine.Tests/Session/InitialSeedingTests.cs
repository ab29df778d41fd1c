using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Tests.Session;

public sealed class InitialSeedingTests
{
    [Fact]
    public void The_first_leecher_is_told_of_everything_and_the_next_ones_of_a_few_pieces_each()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 4);
        Assert.True(((Bitfield)rig.Sent(leechers[0], PeerCommandKind.Bitfield).Single().Payload!).IsFull);
        var shown = new HashSet<int>();
        foreach (FakePeer leecher in leechers.Skip(1))
        {
            Assert.True(((Bitfield)rig.Sent(leecher, PeerCommandKind.Bitfield).Single().Payload!).IsEmpty);
            int[] pieces = Shown(rig, leecher);
            Assert.Equal(2, pieces.Length);
            Assert.All(pieces, piece => Assert.True(shown.Add(piece), $"{piece} is shown to one peer alone"));
            Assert.Empty(rig.Sent(leecher, PeerCommandKind.AllowedFast));
        }
    }

    // libtorrent hangs up on a peer that only uploads and has nothing.
    [Fact]
    public void Who_is_shown_a_part_is_not_told_that_we_only_upload()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        bool?[] said = [.. leechers.Select(leecher => ((ExtensionHandshake)rig.Sent(leecher, PeerCommandKind.ExtensionHandshake).First().Payload!).UploadOnly)];
        Assert.Equal(true, said[0]);
        Assert.All(said[1..], isUploadOnly => Assert.NotEqual(true, isUploadOnly));
    }

    // Leechers behind routers may not reach each other: what was shown to one is then nowhere for the rest, and our line must not lie idle for that.
    [Fact]
    public void Where_nothing_leaves_for_some_seconds_everything_is_shown()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        rig.Run(5);
        Assert.Equal(Enumerable.Range(0, rig.Layout.PieceCount), Shown(rig, leechers[1]).Order());
    }

    [Fact]
    public void The_next_piece_is_shown_for_each_that_has_come()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        FakePeer leecher = leechers[1];
        leecher.Post(PeerEventKind.Have, Shown(rig, leecher)[0]);
        Assert.Equal(3, Shown(rig, leecher).Length);
    }

    [Fact]
    public void What_was_not_shown_is_not_served()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        FakePeer leecher = leechers[1];
        leecher.Post(PeerEventKind.Interested);
        int[] shown = Shown(rig, leecher);
        int hidden = Enumerable.Range(0, rig.Layout.PieceCount).First(piece => !shown.Contains(piece));
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(hidden), 0));
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(shown[0]), 0));
        rig.Run(1);
        Assert.Equal(hidden, rig.Sent(leecher, PeerCommandKind.Reject).Single().Range.Piece.Value);
        Assert.Equal(shown[0], Assert.Single(leecher.BlocksReceived).Piece.Value);
    }

    [Fact]
    public void Another_seeder_ends_it_and_everything_is_shown()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        rig.Incoming(rig.Peer(40));
        rig.Run(1);
        foreach (FakePeer leecher in leechers.Skip(1))
            Assert.Equal(Enumerable.Range(0, rig.Layout.PieceCount), Shown(rig, leecher).Order());
        FakePeer late = rig.Peer(41, p => p.Has.ClearAll());
        rig.Incoming(late);
        rig.RunUntil(() => late.IsOpen);
        Assert.True(((Bitfield)rig.Sent(late, PeerCommandKind.Bitfield).Single().Payload!).IsFull);
    }

    [Fact]
    public void Once_every_piece_is_somewhere_else_everything_is_shown()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        for (int piece = 0; piece < rig.Layout.PieceCount; piece++)
            leechers[piece % 3].Post(PeerEventKind.Have, piece);
        foreach (FakePeer leecher in leechers.Skip(1))
        {
            int[] known = [.. Shown(rig, leecher), .. Enumerable.Range(0, rig.Layout.PieceCount).Where(piece => leechers[piece % 3] == leecher)];
            Assert.Equal(Enumerable.Range(0, rig.Layout.PieceCount), known.Distinct().Order());
        }
    }

    [Fact]
    public void Peers_that_give_each_other_far_more_than_we_could_are_left_alone_until_they_no_longer_do()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 6);
        FakePeer served = leechers[1];
        served.Post(PeerEventKind.Interested);
        for (int look = 0; look < 5; look++)
        {
            served.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(Shown(rig, served)[0]), 0));
            rig.Run(2);
        }

        // Each but the last gets all but one piece: everything is somewhere else then, and nobody is a seeder.
        FakePeer last = leechers[^1];
        for (int i = 0; i < leechers.Length - 1; i++)
        {
            for (int piece = 0; piece < rig.Layout.PieceCount; piece++)
            {
                if (piece != i)
                    leechers[i].Post(PeerEventKind.Have, piece);
            }
        }

        int before = Shown(rig, last).Length;
        Assert.True(before < rig.Layout.PieceCount);
        rig.Run(1);
        Assert.Equal(before, Shown(rig, last).Length);
        rig.Run(6);
        Assert.Equal(Enumerable.Range(0, rig.Layout.PieceCount), Shown(rig, last).Order());
    }

    [Fact]
    public void Pieces_of_a_peer_that_leaves_go_to_the_others()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3);
        int[] lost = Shown(rig, leechers[1]);
        rig.Post(new PeerEvent(PeerEventKind.Closed, leechers[1].Connection) { Reason = DisconnectReason.ClosedByPeer });
        for (int round = 0; round < 30; round++)
        {
            foreach (int piece in Shown(rig, leechers[2]))
                leechers[2].Post(PeerEventKind.Have, piece);
        }

        Assert.Subset(Shown(rig, leechers[2]).ToHashSet(), lost.ToHashSet());
    }

    /// <summary>BEP 16: the next piece when the last one has been seen at another peer.</summary>
    [Fact]
    public void Super_seeding_shows_one_piece_at_a_time_and_the_next_when_that_one_is_passed_on()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 3, superSeeds: true);
        Assert.All(leechers, leecher => Assert.Single(Shown(rig, leecher)));
        int first = Shown(rig, leechers[0])[0];
        leechers[0].Post(PeerEventKind.Have, first);
        Assert.Single(Shown(rig, leechers[0]));
        leechers[1].Post(PeerEventKind.Have, first);
        Assert.Equal(2, Shown(rig, leechers[0]).Length);
        Assert.Single(Shown(rig, leechers[1]));
    }

    [Fact]
    public void Super_seeding_to_one_peer_alone_goes_on_from_piece_to_piece()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 1, superSeeds: true);
        for (int i = 0; i < rig.Layout.PieceCount; i++)
        {
            int[] shown = Shown(rig, leechers[0]);
            Assert.Equal(i + 1, shown.Length);
            leechers[0].Post(PeerEventKind.Have, shown[^1]);
        }
    }

    [Fact]
    public void Super_seeding_switched_off_shows_everything_and_switched_on_counts_for_those_who_come()
    {
        (EngineRig rig, FakePeer[] leechers) = Seed(peers: 2, superSeeds: true);
        rig.Engine.SetSuperSeeding(rig.Torrent, false, rig.Now);
        rig.Engine.Advance(rig.Now);
        Assert.All(leechers, leecher => Assert.Equal(rig.Layout.PieceCount, Shown(rig, leecher).Length));
        rig.Engine.SetSuperSeeding(rig.Torrent, true, rig.Now);
        FakePeer late = rig.Peer(30, p => p.Has.ClearAll());
        rig.Incoming(late);
        rig.RunUntil(() => late.IsOpen);
        late.Post(PeerEventKind.HaveNone);
        Assert.Single(Shown(rig, late));
    }

    /// <summary>Without BEP 6 who has nothing says nothing.</summary>
    [Fact]
    public void A_plain_peer_that_says_nothing_has_nothing_and_is_shown_pieces()
    {
        (EngineRig rig, FakePeer[] _) = Seed(peers: 2);
        FakePeer plain = rig.Peer(30, static p =>
        {
            p.Has.ClearAll();
            p.HasFast = p.HasExtensions = false;
        });
        rig.Incoming(plain);
        rig.RunUntil(() => plain.IsOpen);
        Assert.Empty(Shown(rig, plain));
        rig.Run(1.5);
        Assert.Equal(2, Shown(rig, plain).Length);
    }

    private static int[] Shown(EngineRig rig, FakePeer peer)
        => [.. rig.Sent(peer, PeerCommandKind.Have).Select(command => command.Range.Piece.Value)];

    /// <summary>A torrent of 20 pieces that is complete from the start, and leechers that have nothing.</summary>
    private static (EngineRig Rig, FakePeer[] Leechers) Seed(int peers, bool superSeeds = false)
    {
        var rig = new EngineRig(pieces: 20);
        rig.Add(spec => spec with { SuperSeeding = superSeeds });
        rig.Introduce(rig.Peer(50));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);

        // Another run: the seeder that it came from is forgotten.
        rig.Peers.Clear();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.Engine.Advance(rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        var leechers = new FakePeer[peers];
        for (int i = 0; i < peers; i++)
        {
            leechers[i] = rig.Peer(i + 1, static p => p.Has.ClearAll());
            rig.Incoming(leechers[i]);
            FakePeer leecher = leechers[i];
            rig.RunUntil(() => leecher.IsOpen);

            // As a pump tells of BEP 6's have-none.
            leecher.Post(PeerEventKind.HaveNone);
        }

        return (rig, leechers);
    }
}
