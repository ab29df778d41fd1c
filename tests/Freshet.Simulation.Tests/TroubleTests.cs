using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Crashes, full disks, dead trackers, cut cables (THREATS F1, F2, F6): what is believed is true, and the download goes on.</summary>
public sealed class TroubleTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000 };

    // Made once, and long enough for a sync on the way: what varies with the seed is the moment of the cut, not the bytes.
    private static readonly Lazy<SimContent> Long = new(static () => SimContent.Make(new SeededRandom(40), 128 * 1024, [40_000_000]));

    [Fact]
    public void After_kills_at_any_moment_nothing_wrong_is_believed_and_little_is_fetched_again() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 128 * 1024, [12_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        int kills = 4;
        for (int i = 0; i < kills; i++)
        {
            swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromMilliseconds(300 + swarm.World.Random.Next(4000)));
            node.Kill();
            swarm.World.Run(TimeSpan.FromSeconds(1));
            node = swarm.Restart(node);
            id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        }

        swarm.MustComplete(node, id, TimeSpan.FromMinutes(5));

        // Two seconds of the line's rate a kill, and what was on the line then.
        swarm.Must(seeder.Served <= content.Layout.TotalLength + (kills * 3_000_000L), $"little was fetched again ({seeder.Served} bytes served)");
    });

    [Fact]
    public void After_a_power_cut_only_what_was_synced_is_believed() => Scenario.Play(swarm =>
    {
        SimContent content = Long.Value;
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromSeconds(5 + swarm.World.Random.Next(32)));
        node.Kill();
        node.Disk.FilesOf(content.Metainfo).LosePower(swarm.World.Fork());
        node.Store.Reboot();
        node = swarm.Restart(node);
        id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.RunUntil(() => node.Status(id).State != TorrentState.Checking, TimeSpan.FromMinutes(1));
        node.Checks.MustBeTrue(id);
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_full_disk_pauses_the_download_until_there_is_space() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 128 * 1024, [6_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        node.Disk.Settings.Capacity = 2_000_000 + swarm.World.Random.Next(2_000_000);
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMinutes(3));
        swarm.Must(!node.IsFinished(id), "it cannot be complete on a full disk");
        swarm.Must(node.Notices.OfType<DiskNotice>().Any(static notice => notice.Error.Kind == DiskErrorKind.Full), "the disk is named as the reason");
        swarm.Must(seeder.Served < content.Layout.TotalLength * 3, "nothing is fetched over and over for a full disk");
        node.Disk.Settings.Capacity = long.MaxValue;
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(2));
    });

    [Fact]
    public void Writes_that_fail_now_and_then_do_not_spoil_the_download() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        node.Disk.Settings.WriteFailures = 0.05;
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void A_dead_tracker_never_delays_a_live_one() => Scenario.Play(swarm =>
    {
        SimTracker dead = swarm.Tracker("dead.example");
        dead.Mood = SimTrackerMood.Silent;
        SimTracker babbling = swarm.Tracker("babbling.example");
        babbling.Mood = SimTrackerMood.Babbling;
        SimTracker live = swarm.Tracker("live.example");
        SimContent content = SimContent.Make(
            swarm.World.Fork(), 64 * 1024, [1_000_000], "http://dead.example/announce", "udp://babbling.example:80/announce", "http://live.example/announce");
        swarm.Seeder(content);
        swarm.World.Run(TimeSpan.FromSeconds(2));
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content);
        swarm.World.RunUntil(() => node.Status(id).Peers > 0, TimeSpan.FromSeconds(2));
        swarm.Must(node.Status(id).Peers > 0, "the live tracker's peer is used at once");
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromHours(3));
        swarm.Must(dead.Announces <= 2 * 40, $"a dead tracker is asked ever more seldom ({dead.Announces} announces)");
        swarm.Must(live.Announces >= 8, "a live tracker is asked in its interval");
    });

    [Fact]
    public void A_tracker_that_comes_back_is_found_within_its_back_off() => Scenario.Play(swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_000_000], "udp://tracker.example:80/announce");
        swarm.Seeder(content);
        swarm.World.Run(TimeSpan.FromSeconds(2));
        tracker.Mood = SimTrackerMood.Silent;
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content);
        swarm.World.Run(TimeSpan.FromMinutes(30));
        swarm.Must(node.Status(id).Peers == 0, "nobody is found without the tracker");
        tracker.Mood = SimTrackerMood.Well;
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(62));
    });

    [Fact]
    public void A_cut_line_heals_and_the_download_goes_on() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [8_000_000]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 2).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.World.Run(TimeSpan.FromSeconds(1));
        Action heal = swarm.Network.Partition([node.Address], [.. seeders.Select(static seeder => seeder.Endpoint.Address)]);
        swarm.World.Run(TimeSpan.FromSeconds(20 + swarm.World.Random.Next(300)));
        swarm.Must(!node.IsFinished(id), "nothing comes through a cut");
        heal();
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(20));
    });

    [Fact]
    public void Rotten_bits_are_found_by_a_recheck_and_fetched_again() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content);
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromSeconds(3));
        node.Disk.FilesOf(content.Metainfo).Rot(swarm.World.Fork());
        node.Command((engine, now) => engine.Recheck(id, now));
        swarm.World.RunUntil(() => node.Status(id).State == TorrentState.Downloading, TimeSpan.FromSeconds(30));
        swarm.Must(node.Status(id).PiecesDone == content.Layout.PieceCount - 1, "the rotten piece was found");
        node.Command((engine, now) => engine.AddPeers(id, [seeder.Endpoint], now));
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(2));
    });

    [Fact]
    public void A_store_and_a_sync_that_fail_cost_only_a_check_at_the_next_start() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        node.Store.Failure = "the state folder's disk is full";
        node.Disk.Settings.SyncFails = true;
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMilliseconds(1200 + swarm.World.Random.Next(1000)));
        node.Kill();
        node = swarm.Restart(node);
        id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(2));
        swarm.Must(seeder.Served < content.Layout.TotalLength * 3 / 2, "what was on disk without a record was found and used");
    });

    [Fact]
    public void A_stop_says_so_to_the_tracker_and_leaves_nothing_to_check() => Scenario.Play(swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [6_000_000], "http://tracker.example/announce");
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMilliseconds(1500 + swarm.World.Random.Next(2000)));
        node.Command((engine, now) => engine.Shutdown(now));
        swarm.World.Run(TimeSpan.FromSeconds(4));
        swarm.Must(tracker.Events.Contains("stopped"), "the tracker was told");
        int done = node.Status(id).PiecesDone;
        swarm.Must(node.Pool.RentedBlocks == 0, "all memory came back");
        node.Kill();
        node.Store.Reboot();
        node = swarm.Restart(node);
        id = node.Add(content);
        long read = node.Disk.BytesRead;
        swarm.World.RunUntil(() => node.Status(id).State == TorrentState.Downloading, TimeSpan.FromSeconds(10));
        swarm.Must(node.Status(id).PiecesDone >= done, "everything is still there");
        swarm.Must(node.Disk.BytesRead - read <= 40 * content.Layout.PieceLength, "only pieces in progress were hashed");
    });

    [Fact]
    public void Whatever_the_disk_and_the_store_do_a_session_can_be_stopped() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 256 * 1024, [6_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node(settings: new SimNodeSettings { Memory = 2 * 1024 * 1024 });
        node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMilliseconds(swarm.World.Random.Next(3000)));
        SeededRandom random = swarm.World.Random;
        node.Disk.Settings.Capacity = random.Chance(0.5) ? 1_000_000 : long.MaxValue;
        node.Disk.Settings.WriteFailures = random.Chance(0.5) ? 1 : 0;
        node.Disk.Settings.ReadFailures = random.Chance(0.5) ? 1 : 0;
        node.Disk.Settings.SyncFails = random.Chance(0.5);
        node.Disk.Settings.Latency = TimeSpan.FromMilliseconds(random.Next(700));
        node.Store.Failure = random.Chance(0.5) ? "the state folder is gone" : null;
        swarm.World.Run(TimeSpan.FromMilliseconds(random.Next(20_000)));
        node.Command(static (engine, now) => engine.Shutdown(now));
        swarm.Must(swarm.World.RunUntil(() => node.IsQuiet, TimeSpan.FromSeconds(20)), "the session stops soon");
    });
}
