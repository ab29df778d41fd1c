using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

public sealed class SlumberTests
{
    [Fact]
    public void A_torrent_that_seeds_to_nobody_falls_asleep_and_goes_on_announcing()
    {
        EngineRig rig = Asleep("http://192.0.2.7/announce");
        Assert.True(rig.HasState(TorrentState.Seeding));
        Assert.Equal(rig.Content.Length, rig.Status.WantedDoneBytes);
        Assert.Equal(rig.Layout.PieceCount, rig.Engine.GetPieces(rig.Torrent)!.Count);
        Assert.Empty(rig.Engine.GetPeers(rig.Torrent, rig.Now));
        int announces = rig.Fetches.Count;
        rig.AnswerTracker();
        rig.Run(1900);
        Assert.True(rig.Fetches.Count > announces);
    }

    [Fact]
    public void A_peer_that_dials_a_sleeping_torrent_waits_until_it_is_awake_and_is_served()
    {
        EngineRig rig = Asleep();
        FakePeer leecher = rig.Peer(7, peer => peer.Has.ClearAll());
        rig.Incoming(leecher);
        Assert.Single(rig.Notices.OfType<TorrentNeededNotice>());
        Assert.False(leecher.IsOpen);
        rig.Engine.Wake(rig.Torrent, rig.Metainfo, rig.Saved[^1] with { BootId = "" }, rig.Now);
        rig.RunUntil(() => leecher.IsOpen);
        leecher.Post(PeerEventKind.Interested);
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(3), 1));
        rig.Run(1);
        Assert.Single(leecher.BlocksReceived);
        Assert.True(rig.HasState(TorrentState.Seeding));
    }

    [Theory]
    [InlineData("d8:completei5e10:incompletei0e8:intervali1800e5:peers6:aaaaaae", false)]
    [InlineData("d8:completei5e10:incompletei1e8:intervali1800e5:peers6:aaaaaae", true)]
    [InlineData("d8:intervali1800e5:peers6:aaaaaae", true)]
    public void An_announce_wakes_it_where_there_may_be_a_leecher(string answer, bool wakes)
    {
        EngineRig rig = Asleep("http://192.0.2.7/announce");
        rig.AnswerTracker(answer);
        Assert.Equal(wakes, rig.Notices.OfType<TorrentNeededNotice>().Any());
    }

    [Fact]
    public void A_peer_that_leaves_while_it_waits_is_forgotten()
    {
        EngineRig rig = Asleep();
        FakePeer leecher = rig.Peer(7);
        ConnectionId id = rig.Incoming(leecher);
        rig.Post(new PeerEvent(PeerEventKind.Closed, id) { Reason = DisconnectReason.ClosedByPeer });
        rig.Engine.Wake(rig.Torrent, rig.Metainfo, null, rig.Now);
        rig.Run(5);
        Assert.DoesNotContain(rig.Commands, command => command.Connection == id && command.Kind == PeerCommandKind.Accept);
    }

    [Fact]
    public void Where_the_data_has_changed_meanwhile_it_is_checked_and_fetched_again()
    {
        EngineRig rig = Asleep();
        rig.Disk.Files[0].Tamper(_ => null, 0);
        rig.Incoming(rig.Peer(7));
        rig.Engine.Wake(rig.Torrent, rig.Metainfo, rig.Saved[^1] with { BootId = "" }, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Error));
        Assert.Contains("gone", rig.Status.Reason, StringComparison.Ordinal);
        Assert.Contains(rig.Commands, command => command.Kind == PeerCommandKind.Close && command.Reason == DisconnectReason.UnknownTorrent);
    }

    [Fact]
    public void Without_its_metainfo_a_torrent_stops_with_an_error()
    {
        EngineRig rig = Asleep();
        rig.Incoming(rig.Peer(7));
        rig.Engine.WakeFailed(rig.Torrent, "its metainfo is gone", rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Error));
        Assert.Equal("its metainfo is gone", rig.Status.Reason);
    }

    [Fact]
    public void A_sleeping_torrent_stops_starts_and_is_checked_like_any_other()
    {
        EngineRig rig = Asleep();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        Assert.True(rig.HasState(TorrentState.Stopped));
        rig.Engine.Start(rig.Torrent, rig.Now);
        Assert.True(rig.HasState(TorrentState.Seeding));
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        Assert.True(rig.HasState(TorrentState.Checking));
        rig.Engine.Wake(rig.Torrent, rig.Metainfo, rig.Saved[^1], rig.Now);
        long before = rig.Disk.CheckedBytes;
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Equal(rig.Content.Length, rig.Disk.CheckedBytes - before);
        rig.Engine.RemoveTorrent(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.Notices.OfType<TorrentRemovedNotice>().Any());
    }

    [Fact]
    public void A_check_that_a_sleeping_torrent_cannot_be_woken_for_ends_with_an_error_and_is_not_tried_again()
    {
        EngineRig rig = Asleep();
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.Engine.WakeFailed(rig.Torrent, "its metainfo is gone", rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Error));
        Assert.Equal("its metainfo is gone", rig.Status.Reason);
        Assert.Single(rig.Notices.OfType<TorrentNeededNotice>());
    }

    [Fact]
    public void A_sleeping_torrent_that_is_started_while_its_check_waits_is_checked_and_then_seeds()
    {
        EngineRig rig = Asleep();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.Engine.Start(rig.Torrent, rig.Now);
        Assert.True(rig.HasState(TorrentState.Checking));
        rig.Engine.Wake(rig.Torrent, rig.Metainfo, rig.Saved[^1], rig.Now);
        long before = rig.Disk.CheckedBytes;
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Equal(rig.Content.Length, rig.Disk.CheckedBytes - before);
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        rig.Run(5);
        Assert.True(rig.HasState(TorrentState.Stopped));
    }

    [Fact]
    public void A_stopped_torrent_that_is_told_twice_to_check_is_stopped_after_it()
    {
        EngineRig rig = Asleep();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.Engine.Wake(rig.Torrent, rig.Metainfo, rig.Saved[^1], rig.Now);
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        rig.Run(5);
        Assert.True(rig.HasState(TorrentState.Stopped));
    }

    [Fact]
    public void Many_sleeping_torrents_obey_the_limits_and_cost_no_disk_job()
    {
        var settings = new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), Queue = new QueueLimits { Seeds = 2 } };
        var rig = new EngineRig(settings: settings);
        TorrentId[] ids = [.. Enumerable.Range(1, 4).Select(number => rig.Engine.AddTorrent(Sleeper(number), rig.Now).Id)];
        rig.Engine.Advance(rig.Now);
        Assert.Equal("SSQQ", States());
        rig.Run(70);

        // Nobody takes anything: the first two do not count any more.
        Assert.Equal("SSSS", States());
        rig.Engine.SetForced(ids[3], true, rig.Now);
        Assert.Equal("SSSS", States());

        string States() => string.Concat(ids.Select(id => rig.Engine.GetStatus(id, rig.Now)!.State.ToString()[0]));
    }

    private static TorrentSpec Sleeper(int number)
    {
        byte[] hash = new byte[20];
        hash[0] = (byte)number;
        return new TorrentSpec
        {
            Summary = new TorrentSummary(new InfoHashes(new Sha1Hash(hash), null), $"torrent {number}", 1 << 20, 16, IsPrivate: false, []),
            Directory = "/data",
            MaySleep = true,
        };
    }

    private static EngineRig Asleep(params string[] trackers)
    {
        var rig = new EngineRig(pieces: 20);
        rig.Add(spec => spec with { MaySleep = true, ExtraTrackers = trackers });
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Peers.Clear();
        rig.Run(150);
        rig.Notices.Clear();
        return rig;
    }
}
