using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Honest swarms: whatever the lines and the torrent's shape, the download ends whole.</summary>
public sealed class DownloadTests
{
    private const string Announce = "http://tracker.example/announce";

    // Made once: what varies with the seed is the swarm, not the bytes.
    private static readonly Lazy<SimContent> Large = new(static () => SimContent.Make(new SeededRandom(64), 64 * 1024 * 1024, [70 * 1024 * 1024]));

    [Fact]
    public void A_leecher_finds_a_seeder_by_its_tracker_and_gets_everything() => Scenario.Play(swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 256 * 1024, [5_000_000], Announce);
        SimNode seeder = swarm.Seeder(content);
        swarm.World.RunUntil(() => tracker.Peers(content.Metainfo.Hashes.Primary).Count > 0, TimeSpan.FromMinutes(1));
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromSeconds(5));
        swarm.Must(tracker.Events.Contains("completed"), "the tracker was told of the completion");
        swarm.Must(leecher.Pool.RentedBlocks == 0 && seeder.Pool.RentedBlocks == 0, "all memory came back");
    });

    [Fact]
    public void Odd_and_empty_files_arrive_whole_over_lossy_slow_lines() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, swarm.OddFiles(40, 60_000));
        var lossy = new SimLinkSettings { UploadRate = 300_000, Latency = TimeSpan.FromMilliseconds(80), Loss = 0.03 };
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, lossy))];
        SimNode leecher = swarm.Node(new SimLinkSettings { DownloadRate = 2_000_000, Loss = 0.01 });
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void Sequential_order_also_gets_everything_and_mostly_in_order() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        var line = new SimLinkSettings { UploadRate = 1_000_000 };
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, line);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint], Strategy = PickStrategy.Sequential });
        swarm.World.RunUntil(() => leecher.Checks.PiecesDone >= 20, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Pieces(id).NextClear(0) >= 15, "the first pieces came first");
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void Partial_seeders_complete_a_leecher_together() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [4_000_000]);
        SeededRandom random = swarm.World.Fork();
        Bitfield[] shares = [.. Enumerable.Range(0, 5).Select(_ => new Bitfield(content.Layout.PieceCount))];
        for (int i = 0; i < content.Layout.PieceCount; i++)
            shares[random.Next(shares.Length)][i] = true;
        PartialSeeder[] seeders = [.. shares.Select(share => new PartialSeeder(swarm.World, swarm.Network, swarm.NextAddress(), content, share))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.Must(leecher.Status(id).Wasted == 0, "nothing was fetched twice where each piece has one holder");
    });

    [Fact]
    public void A_small_swarm_of_freshets_finishes_together() => Scenario.Play(swarm =>
    {
        swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000], Announce);
        var line = new SimLinkSettings { UploadRate = 1_000_000, DownloadRate = 4_000_000 };
        swarm.Seeder(content, line);
        swarm.World.Run(TimeSpan.FromSeconds(5));
        (SimNode Node, TorrentId Id)[] leechers = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            SimNode node = swarm.Node(line);
            return (node, node.Add(content));
        })];
        foreach ((SimNode node, TorrentId id) in leechers)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void Pieces_of_64_MiB_from_60_peers_fit_a_budget_of_32_MiB() => Scenario.Play(swarm =>
    {
        SimContent content = Large.Value;
        var line = new SimLinkSettings { UploadRate = 2_000_000, Latency = TimeSpan.FromMilliseconds(5 + swarm.World.Random.Next(40)) };
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 60).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, line))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(10));
        swarm.Must(leecher.Checks.MostBlocks * (long)BlockRange.BlockLength <= 32 * 1024 * 1024, "the budget held");
    });

    [Fact]
    public void A_selected_file_is_all_that_is_fetched() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [500_000, 300_000, 700_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint], Priorities = content.Only([new FileIndex(1)]) });
        swarm.World.RunUntil(() => leecher.IsFinished(id), TimeSpan.FromMinutes(1));
        swarm.Must(leecher.IsFinished(id), "the selection is done");
        leecher.Checks.MustBeTrue(id);
        (PieceIndex first, PieceIndex last) = content.Layout.PiecesOf(new FileIndex(1));
        swarm.Must(leecher.Pieces(id).Count == last.Value - first.Value + 1, "only the pieces of that file were fetched");
    });
}
