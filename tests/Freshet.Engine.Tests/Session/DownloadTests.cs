using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

public sealed class DownloadTests
{
    [Fact]
    public void Two_peers_bring_a_torrent_from_handshake_to_completion()
    {
        var rig = new EngineRig(pieces: 20, lastLength: 20_001);
        rig.Add();
        FakePeer[] peers = [rig.Peer(1), rig.Peer(2)];
        rig.Introduce(peers);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        rig.AssertComplete();
        Assert.All(peers, peer => Assert.InRange(peer.BlocksSent, 1, 200));
        Assert.Equal(rig.Content.Length, rig.Status.WantedDoneBytes);
        Assert.Equal(0, rig.Status.LeftBytes);
        Assert.Equal(20, rig.PiecesDone.Count);
        Assert.Equal(
            [TorrentState.Checking, TorrentState.Downloading, TorrentState.Seeding],
            rig.Notices.OfType<TorrentStateNotice>().Select(notice => notice.State));
        Assert.All(peers, peer => Assert.Equal(DisconnectReason.Useless, peer.ClosedFor));
    }

    [Fact]
    public void The_first_peer_is_dialled_the_moment_it_is_known()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1);
        rig.Engine.AddPeers(rig.Torrent, [peer.Endpoint], rig.Now);
        Assert.Equal(PeerCommandKind.Connect, rig.Commands.Single().Kind);
    }

    [Fact]
    public void The_bitfield_is_the_first_message_and_the_extension_handshake_follows()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        PeerCommandKind[] kinds = [.. rig.Commands.Where(command => command.Connection == peer.Connection).Select(command => command.Kind).Take(4)];
        Assert.Equal([PeerCommandKind.Connect, PeerCommandKind.Bitfield, PeerCommandKind.ExtensionHandshake, PeerCommandKind.Interested], kinds);
        var handshake = (ExtensionHandshake)rig.Sent(peer, PeerCommandKind.ExtensionHandshake).Single().Payload!;
        Assert.Equal(2000, handshake.RequestQueue);
        Assert.Equal(6881, handshake.ListenPort);
    }

    [Fact]
    public void Without_bep_6_a_choke_voids_requests_and_an_unchoke_brings_them_again()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1, p => { p.HasFast = false; p.IsSilent = true; });
        rig.Introduce(peer);
        rig.RunUntil(() => peer.Waiting.Count > 0);
        BlockRange[] asked = [.. peer.Waiting];
        peer.Choke();
        Assert.Equal(asked.Order(ByPlace), rig.Sent(peer, PeerCommandKind.Forget).Select(command => command.Range).Order(ByPlace));
        Assert.Equal(0, rig.Engine.GetPeers(rig.Torrent, rig.Now).Single().OutstandingRequests);
        peer.IsSilent = false;
        peer.Post(PeerEventKind.Unchoke);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    [Fact]
    public void With_bep_6_a_choke_waits_for_rejects_and_only_they_free_the_blocks()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.Waiting.Count > 0);
        int asked = peer.Waiting.Count;
        peer.Post(PeerEventKind.Choke);
        Assert.Equal(asked, rig.Engine.GetPeers(rig.Torrent, rig.Now).Single().OutstandingRequests);
        Assert.Empty(rig.Sent(peer, PeerCommandKind.Forget));
        foreach (BlockRange range in peer.Waiting.ToArray())
            peer.Reject(range);
        Assert.Equal(0, rig.Engine.GetPeers(rig.Torrent, rig.Now).Single().OutstandingRequests);
        peer.IsSilent = false;
        peer.Post(PeerEventKind.Unchoke);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    [Fact]
    public void While_choked_only_allowed_fast_pieces_are_asked_for()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.Unchokes = false);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        Assert.Empty(rig.Sent(peer, PeerCommandKind.Request));
        peer.Post(PeerEventKind.AllowedFast, 3);
        rig.Run(5);
        Assert.All(rig.Sent(peer, PeerCommandKind.Request), command => Assert.Equal(3, command.Range.Piece.Value));
        Assert.Equal(1, rig.Status.PiecesDone);
    }

    [Fact]
    public void What_one_peer_rejects_another_is_asked_for()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer rejecter = rig.Peer(1, p => p.Rejects = true);
        rig.Introduce(rejecter);
        rig.RunUntil(() => rig.Sent(rejecter, PeerCommandKind.Request).Any());
        FakePeer good = rig.Peer(2);
        rig.Introduce(good);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    /// <summary>THREATS W12: request and reject in a circle.</summary>
    [Fact]
    public void A_peer_that_unchokes_and_rejects_everything_is_given_up()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer rejecter = rig.Peer(1, p => p.Rejects = true);
        rig.Introduce(rejecter);
        rig.RunUntil(() => rejecter.ClosedFor is not null);
        Assert.Equal(DisconnectReason.ProtocolError, rejecter.ClosedFor);
        Assert.InRange(rig.Sent(rejecter, PeerCommandKind.Request).Count(), 50, 150);
    }

    [Fact]
    public void Requests_that_are_not_answered_go_to_another_peer()
    {
        var rig = new EngineRig(pieces: 4, pipeline: 32);
        rig.Add();
        FakePeer silent = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(silent);
        rig.RunUntil(() => silent.Waiting.Count == 16);
        FakePeer good = rig.Peer(2);
        rig.Introduce(good);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 120);
        rig.AssertComplete();
    }

    [Fact]
    public void A_peer_that_answers_nothing_is_snubbed_and_in_the_end_closed()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer silent = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(silent);
        rig.RunUntil(() => silent.IsOpen && rig.Engine.GetPeers(rig.Torrent, rig.Now).Single().IsSnubbed, maxSeconds: 90);
        Assert.InRange(rig.Engine.GetPeers(rig.Torrent, rig.Now).Single().OutstandingRequests, 0, 1);
        rig.RunUntil(() => silent.ClosedFor is not null, maxSeconds: 300);
        Assert.Equal(DisconnectReason.PeerTimeout, silent.ClosedFor);
    }

    [Fact]
    public void In_the_end_game_the_last_blocks_are_asked_twice_and_the_loser_gets_a_cancel()
    {
        var rig = new EngineRig(pieces: 2, pipeline: 32);
        rig.Add();
        FakePeer slow = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(slow);
        rig.RunUntil(() => slow.Waiting.Count == 8);
        FakePeer quick = rig.Peer(2);
        rig.Introduce(quick);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 5);
        Assert.Equal(8, rig.Sent(slow, PeerCommandKind.Cancel).Count());
        rig.Run(1);
        rig.AssertComplete();
    }

    /// <summary>THREATS F10: who had nothing to ask for helps from the moment at which the end-game begins.</summary>
    [Fact]
    public void A_slow_holder_of_the_last_blocks_does_not_decide_when_the_download_ends()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var rig = new EngineRig(pieces: 8, seed: seed, settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(seed)), Pipeline = 16 });
            rig.Add();
            FakePeer slow = rig.Peer(1, p => p.IsSilent = true);
            rig.Introduce(slow);
            rig.RunUntil(() => slow.Waiting.Count == 16);
            int[] held = [.. slow.Waiting.Select(range => range.Piece.Value).Distinct()];
            FakePeer idle = rig.Peer(2, p => { p.Has.ClearAll(); Array.ForEach(held, piece => p.Has[piece] = true); });
            rig.Introduce(idle);
            rig.Run(0.5);
            Assert.Empty(rig.Sent(idle, PeerCommandKind.Request));

            // The rest is asked of another slow one; nothing comes that would wake anybody.
            FakePeer slower = rig.Peer(3, p => p.IsSilent = true);
            rig.Introduce(slower);
            rig.RunUntil(() => held.All(piece => rig.Engine.GetPieces(rig.Torrent)![piece]), maxSeconds: 1);
            slower.IsSilent = false;
            foreach (BlockRange range in slower.Waiting.ToArray())
                slower.Deliver(range);
            rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 5);
            rig.Run(1);
            rig.AssertComplete();
        }
    }

    /// <summary>THREATS F10, W4: the one sender that a failed piece comes from does not hold the download's end up, however slowly it sends.</summary>
    [Fact]
    public void A_slow_sender_of_a_failed_piece_does_not_decide_when_the_download_ends()
    {
        var rig = new EngineRig(pieces: 1, pieceLength: 512 * 1024, pipeline: 32);
        rig.Add();
        FakePeer poisoner = rig.Peer(1, p => p.Corrupts = range => range.BlockInPiece == 5);
        rig.Introduce(poisoner);
        rig.RunUntil(() => poisoner.ClosedFor == DisconnectReason.Banned);
        FakePeer slow = rig.Peer(2, p => p.IsSilent = true);
        rig.Introduce(slow);
        rig.RunUntil(() => slow.Waiting.Count == 32);
        FakePeer quick = rig.Peer(3);
        rig.Introduce(quick);
        for (int second = 0; second < 25 && !rig.HasState(TorrentState.Seeding); second++)
        {
            // A block every three seconds: never so late that it times out.
            if (second % 3 == 0)
                slow.Deliver(slow.Waiting[0]);
            rig.Run(1);
        }

        Assert.True(rig.HasState(TorrentState.Seeding));
        Assert.Equal(DisconnectReason.Useless, slow.ClosedFor);
        rig.Run(1);
        rig.AssertComplete();
    }

    /// <summary>THREATS W4.</summary>
    [Fact]
    public void A_peer_that_sends_wrong_blocks_is_banned_and_honest_ones_are_not()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var rig = new EngineRig(pieces: 24, seed: seed);
            rig.Add();
            FakePeer poisoner = rig.Peer(1, p => p.Corrupts = range => range.Offset == 0);
            FakePeer[] honest = [rig.Peer(2), rig.Peer(3)];
            rig.Introduce([poisoner, .. honest]);
            rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
            rig.Run(1);
            rig.AssertComplete();
            Assert.All(rig.Notices.OfType<PeerBannedNotice>(), notice => Assert.Equal(poisoner.Endpoint, notice.Endpoint));
            Assert.True(rig.Notices.OfType<PeerBannedNotice>().Any() || rig.Status.HashFailures == 0, $"seed {seed}");
            if (rig.Status.HashFailures > 0)
                Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
            Assert.All(honest, peer => Assert.Equal(DisconnectReason.Useless, peer.ClosedFor));
        }
    }

    /// <summary>THREATS W4: our own disk's corruption must not ban peers.</summary>
    [Fact]
    public void A_lone_sender_is_not_banned_for_what_our_own_disk_has_spoilt()
    {
        var rig = new EngineRig(pieces: 1, pieceLength: 256 * 1024, pipeline: 32);
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.Waiting.Count == 16);
        foreach (BlockRange range in peer.Waiting.Take(8).ToArray())
            peer.Deliver(range);
        rig.Run(4);
        Assert.True(rig.Disk.Done.GetValueOrDefault(DiskJobKind.Write) > 0, "nothing was spilled");

        // The prefix is hashed already: spoil what is not in it.
        foreach (BlockRange range in peer.Waiting.Skip(1).ToArray())
            peer.Deliver(range);
        rig.Run(4);
        rig.Disk.Files[0].Tamper(bytes => { bytes[(9 * 16384) + 5] ^= 1; return bytes; }, rig.Disk.WallTicks);
        peer.IsSilent = false;
        foreach (BlockRange range in peer.Waiting.ToArray())
            peer.Deliver(range);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        Assert.Equal(0, rig.Status.HashFailures);
        Assert.Single(rig.Notices.OfType<DiskNotice>());
        Assert.Empty(rig.Notices.OfType<PeerBannedNotice>());
        rig.AssertComplete();
    }

    /// <summary>THREATS W4: however often our disk fails, nobody is banned for it, and the user is told.</summary>
    [Fact]
    public void A_lone_seeder_outlives_many_pieces_that_our_own_disk_spoils()
    {
        var rig = new EngineRig(pieces: 1, pieceLength: 256 * 1024);
        int spoilt = 0;
        rig.Disk.Spoils = job => job.Received is not null && spoilt < 12 && ++spoilt > 0;
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(peer);
        for (int round = 0; round < 2000 && !rig.HasState(TorrentState.Seeding); round++)
        {
            // Backwards and slowly, so that much is spilled and nothing of it is in the prefix.
            if (peer.Waiting.Count > 0)
                peer.Deliver(peer.Waiting.MaxBy(range => range.Offset));
            rig.Run(1);
        }

        Assert.True(rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        Assert.Equal(12, spoilt);
        Assert.InRange(rig.Notices.OfType<DiskNotice>().Count(notice => notice.Error.Kind == DiskErrorKind.Device), 1, 12);
        Assert.Equal(0, rig.Status.HashFailures);
        Assert.Empty(rig.Notices.OfType<PeerBannedNotice>());
        rig.AssertComplete();
    }

    /// <summary>THREATS W4: pieces larger than memory are spilled all the time, and shield no poisoner.</summary>
    [Fact]
    public void A_poisoner_of_huge_pieces_is_banned_within_two_bad_pieces()
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            var rig = new EngineRig(pieces: 6, pieceLength: 4 << 20, poolBytes: 1 << 20, seed: seed);
            rig.Add();
            FakePeer poisoner = rig.Peer(1, p => p.Corrupts = range => range.BlockInPiece % 16 == 3);
            FakePeer[] honest = [rig.Peer(2), rig.Peer(3)];
            rig.Introduce([poisoner, .. honest]);
            rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 3600);
            rig.Run(1);
            Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
            Assert.Equal(poisoner.Endpoint, Assert.Single(rig.Notices.OfType<PeerBannedNotice>()).Endpoint);
            Assert.True(rig.Disk.Done.GetValueOrDefault(DiskJobKind.HashPrefix) > 0, "nothing was spilled");
            Assert.True(rig.Status.HashFailures <= 6, $"seed {seed}: {rig.Status.HashFailures} wrong pieces");
            rig.AssertComplete();
        }
    }

    [Fact]
    public void A_lone_sender_of_a_wrong_piece_is_banned_at_once_and_never_dialled_again()
    {
        var rig = new EngineRig(pieces: 3);
        rig.Add();
        FakePeer poisoner = rig.Peer(1, p => p.Corrupts = _ => true);
        rig.Introduce(poisoner);
        rig.RunUntil(() => poisoner.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
        rig.Introduce(poisoner);
        rig.Run(3600);
        Assert.Single(rig.Commands, command => command.Kind == PeerCommandKind.Connect);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void Haves_go_to_all_but_those_who_have_everything()
    {
        var rig = new EngineRig(pieces: 4);
        rig.Add();
        FakePeer seeder = rig.Peer(1);
        FakePeer leecher = rig.Peer(2, p => { p.Has.ClearAll(); p.Has[0] = true; p.Unchokes = false; });
        rig.Introduce(seeder, leecher);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        Assert.Empty(rig.Sent(seeder, PeerCommandKind.Have));
        Assert.Equal([0, 1, 2, 3], rig.Sent(leecher, PeerCommandKind.Have).Select(command => command.Range.Piece.Value).Order());
        Assert.Null(leecher.ClosedFor);
    }

    [Fact]
    public void Only_the_pieces_of_selected_files_are_fetched()
    {
        var rig = new EngineRig(pieces: 6) { };
        PieceLayout layout = rig.Layout;
        FileEntry whole = layout.Files[0];
        long half = layout.PieceLength * 3L;
        var split = new PieceLayout(
            [whole with { Length = half }, whole with { Index = new FileIndex(1), Path = "second", Offset = half, Length = whole.Length - half }],
            layout.PieceLength);
        rig.Add(spec => spec with { Metainfo = rig.Metainfo with { Layout = split }, Priorities = [FilePriority.Skip, FilePriority.Normal] });
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Equal([3, 4, 5], rig.PiecesDone.Order());
        Assert.True(rig.Status.IsFinished);
        Assert.Equal(3 * layout.PieceLength, rig.Status.WantedBytes);
        rig.Engine.SetPriorities(rig.Torrent, null, rig.Now);
        Assert.True(rig.HasState(TorrentState.Downloading));
        Assert.Equal(3 * layout.PieceLength, rig.Status.LeftBytes);
    }

    [Fact]
    public void The_same_seed_gives_the_same_commands()
    {
        static string[] Play()
        {
            var rig = new EngineRig(pieces: 30, seed: 7);
            rig.Add();
            rig.Introduce(rig.Peer(1), rig.Peer(2, p => p.Corrupts = range => range.BlockInPiece == 2), rig.Peer(3), rig.Peer(4, p => p.IsSilent = true));
            rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
            return [.. rig.Commands.Select(command => $"{command.Kind} {command.Connection} {command.Range}")];
        }

        Assert.Equal(Play(), Play());
    }

    [Fact]
    public void A_full_pool_holds_requests_back_and_nothing_is_lost()
    {
        var rig = new EngineRig(pieces: 32, pieceLength: 256 * 1024, poolBytes: 2 << 20);
        rig.Disk.MinLatency = rig.Disk.MaxLatency = TimeSpan.FromMilliseconds(20);
        rig.Add();
        rig.Introduce(rig.Peer(1), rig.Peer(2));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        rig.AssertComplete();
    }

    private static Comparer<BlockRange> ByPlace { get; } = Comparer<BlockRange>.Create(
        (a, b) => a.Piece == b.Piece ? a.Offset.CompareTo(b.Offset) : a.Piece.CompareTo(b.Piece));
}
