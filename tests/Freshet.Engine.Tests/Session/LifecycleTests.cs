using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Session;

public sealed class LifecycleTests
{
    [Fact]
    public void A_torrent_that_is_there_already_is_refused_and_named()
    {
        var rig = new EngineRig();
        TorrentId id = rig.Add();
        AddOutcome again = rig.Engine.AddTorrent(new TorrentSpec { Metainfo = rig.Metainfo, Directory = "/data" }, rig.Now);
        Assert.Equal(new AddOutcome(id, AddRefusal.Duplicate), again);
    }

    [Fact]
    public void A_stop_closes_connections_tells_the_tracker_syncs_saves_and_closes_files_before_it_is_reported()
    {
        var rig = new EngineRig(pieces: 40);
        rig.Add(WithTracker(rig));
        rig.AnswerTracker();
        FakePeer peer = rig.Peer(1);
        rig.Introduce(peer);
        rig.RunUntil(() => rig.Status.PiecesDone > 10);
        rig.Notices.Clear();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        Assert.Equal(DisconnectReason.TorrentStopped, peer.ClosedFor);
        Assert.Contains("event=stopped", rig.Fetches[^1].Url.Query, StringComparison.Ordinal);
        rig.Run(1);
        Assert.False(rig.Engine.IsQuiet);
        Assert.Empty(rig.Notices.OfType<TorrentStateNotice>());
        rig.AnswerTracker();
        Assert.True(rig.Engine.IsQuiet);
        Assert.Equal(TorrentState.Stopped, rig.Notices.OfType<TorrentStateNotice>().Single().State);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Close]);
        Assert.True(rig.Disk.Done[DiskJobKind.Sync] >= 1);
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.True(rig.Engine.NextDeadline.IsNever);
    }

    [Fact]
    public void A_dead_tracker_holds_a_stop_up_for_three_seconds_at_the_most()
    {
        var rig = new EngineRig();
        rig.Add(WithTracker(rig));
        rig.AnswerTracker();
        MonoTime start = rig.Now;
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        Assert.Equal(TimeSpan.FromSeconds(3), rig.Now - start);
    }

    [Fact]
    public void A_tracker_that_never_answered_is_not_told_goodbye()
    {
        var rig = new EngineRig();
        rig.Add(WithTracker(rig));
        rig.AnswerTracker(error: "refused");
        rig.Fetches.Clear();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped), maxSeconds: 1);
        Assert.Empty(rig.Fetches);
    }

    [Fact]
    public void A_torrent_goes_on_where_it_was_stopped_without_fetching_anything_again()
    {
        var rig = new EngineRig(pieces: 40);
        rig.Add();
        FakePeer peer = rig.Peer(1);
        rig.Introduce(peer);
        rig.RunUntil(() => rig.Status.PiecesDone > 10);
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        int done = rig.Status.PiecesDone;
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Downloading));
        Assert.Equal(done, rig.Status.PiecesDone);
        Assert.Equal(0, rig.Disk.CheckedBytes);
        FakePeer other = rig.Peer(2);
        rig.Introduce(other);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        rig.AssertComplete();
        Assert.InRange(peer.BlocksSent + other.BlocksSent, 160, 170);
    }

    [Fact]
    public void A_new_session_resumes_from_the_record()
    {
        var rig = new EngineRig(pieces: 10);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Engine.Shutdown(rig.Now);
        rig.RunUntil(() => rig.Engine.IsQuiet);
        Assert.Equal(AddRefusal.ShuttingDown, rig.Engine.AddTorrent(new TorrentSpec { Metainfo = rig.Metainfo, Directory = "/data" }, rig.Now).Refusal);
        ResumeRecord record = rig.Saved[^1];
        Assert.Equal(rig.Content.Length, record.Downloaded);
        rig.Engine.RemoveTorrent(rig.Torrent, rig.Now);
        Assert.Empty(rig.Engine.Torrents);
    }

    [Fact]
    public void A_recheck_hashes_everything_and_goes_on()
    {
        var rig = new EngineRig(pieces: 10);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Disk.Files[0].Tamper(bytes => { bytes[3]++; return bytes; }, rig.Disk.WallTicks);
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Downloading));
        Assert.Equal(9, rig.Status.PiecesDone);
        Assert.Equal(rig.Content.Length, rig.Disk.CheckedBytes);
    }

    [Fact]
    public void A_recheck_stays_one_where_a_start_follows_at_once()
    {
        var rig = new EngineRig(pieces: 10);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Disk.Files[0].Tamper(bytes => { bytes[3]++; return bytes; }, rig.Disk.WallTicks);
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Downloading));
        Assert.Equal(9, rig.Status.PiecesDone);
    }

    [Fact]
    public void A_start_while_a_stopped_torrent_is_checked_lets_it_go_on_after_the_check()
    {
        var rig = new EngineRig(pieces: 10);
        rig.Add(spec => spec with { Start = false });
        rig.Engine.Recheck(rig.Torrent, rig.Now);
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Downloading));
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
    }

    [Fact]
    public void A_full_disk_shows_as_trouble_and_goes_on_by_itself_when_there_is_space()
    {
        var rig = new EngineRig(pieces: 40);
        rig.Disk.FreeBytes = 700_000;
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Error), maxSeconds: 60);
        Assert.Contains("no space left", rig.Status.Reason, StringComparison.Ordinal);
        Assert.Contains(rig.Notices.OfType<DiskNotice>(), notice => notice.WillRetry);
        rig.Run(60);
        Assert.True(rig.HasState(TorrentState.Error));
        rig.Disk.FreeBytes = long.MaxValue;
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 120);
        rig.Run(1);
        rig.AssertComplete();
    }

    [Fact]
    public void Trouble_that_stays_ends_in_an_error_that_a_start_leaves_again()
    {
        var rig = new EngineRig(pieces: 40);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Write ? new DiskError(DiskErrorKind.Denied, "file", "read-only file system") : null;
        rig.RunUntil(() => rig.HasState(TorrentState.Error) && rig.Engine.IsQuiet, maxSeconds: 120);
        Assert.Contains("read-only file system", rig.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.Equal(0, rig.Status.Peers);
        rig.Disk.Fault = null;
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.Introduce(rig.Peer(2));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        rig.AssertComplete();
    }

    /// <summary>THREATS F3: a drive that is not mounted.</summary>
    [Fact]
    public void Files_that_are_gone_are_an_error_and_nothing_is_made_in_their_place()
    {
        var rig = new EngineRig(pieces: 10);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        rig.Disk.Files[0].Tamper(_ => null, 0);
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Error) && rig.Engine.IsQuiet);
        Assert.Contains("file was there and is gone", rig.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(-1, rig.Disk.Files[0].Stamp.Length);
        rig.Disk.Files[0].Tamper(_ => rig.Content, rig.Saved[^1].Files[0].ModifiedTicks);
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Equal(0, rig.Disk.CheckedBytes);
    }

    [Fact]
    public void A_removed_torrent_is_gone_after_its_stop_and_can_come_again()
    {
        var rig = new EngineRig();
        rig.Add();
        rig.Engine.RemoveTorrent(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.Notices.OfType<TorrentRemovedNotice>().Any());
        Assert.Null(rig.Engine.GetStatus(rig.Torrent, rig.Now));
        rig.Add();
    }

    [Fact]
    public void A_start_during_a_stop_is_kept_for_after_it()
    {
        var rig = new EngineRig();
        rig.Add();
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.Engine.Start(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.Notices.OfType<TorrentStateNotice>().Count(notice => notice.State == TorrentState.Downloading) == 2);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Close]);
    }

    [Fact]
    public void Without_a_check_what_the_record_does_not_vouch_for_is_not_hashed()
    {
        var rig = new EngineRig();
        rig.Add(spec => spec with { Check = DiskCheck.None });
        Assert.Equal(0, rig.Disk.CheckedBytes);
        Assert.True(rig.HasState(TorrentState.Downloading));
    }

    [Fact]
    public void Idle_torrents_set_no_deadline()
    {
        var rig = new EngineRig();
        rig.Add(spec => spec with { Start = false });
        rig.Run(1);
        Assert.True(rig.Engine.NextDeadline.IsNever);
    }

    private static Func<TorrentSpec, TorrentSpec> WithTracker(EngineRig rig)
        => spec => spec with { Metainfo = rig.Metainfo with { Trackers = [["http://192.0.2.7/announce"]] } };
}
