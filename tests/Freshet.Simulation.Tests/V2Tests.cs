using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>BEP 52 in whole swarms: v2 torrents and hybrids, peers of either kind, and liars about blocks and hashes.</summary>
public sealed class V2Tests
{
    private const string Announce = "http://tracker.example/announce";
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000 };

    [Theory]
    [InlineData(TorrentVersion.V2, true)]
    [InlineData(TorrentVersion.V2, false)]
    [InlineData(TorrentVersion.Hybrid, true)]
    [InlineData(TorrentVersion.Hybrid, false)]
    public void Odd_and_empty_files_arrive_whole_with_and_without_piece_layers(TorrentVersion version, bool hasLayers) => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), version, 32 * 1024, swarm.OddFiles(20, 200_000), hasLayers);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
    });

    /// <summary>Also where a file has so many pieces that its layer comes in runs with proofs.</summary>
    [Fact]
    public void A_layer_of_many_runs_is_put_together_from_what_several_peers_give() => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), TorrentVersion.V2, 16 * 1024, [(1025 * 16 * 1024) + 1], hasLayers: false);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
    });

    /// <summary>THREATS B5.</summary>
    [Fact]
    public void Liars_about_hashes_are_banned_and_the_layers_come_from_others() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), TorrentVersion.V2, 32 * 1024, [2_000_000, 1_000_000, 40_000], hasLayers: false);
        HashLiar[] liars = [.. Enumerable.Range(0, 4).Select(_ => new HashLiar(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(liars.Select(static liar => liar.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. liars.Select(static peer => peer.Endpoint), honest.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(10));
        swarm.Must(liars.All(static liar => liar.Lies <= 2), "who has lied is asked no more");
    });

    /// <summary>THREATS W4: with the hashes of blocks the first wrong piece tells.</summary>
    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void Poisoners_are_told_by_the_hashes_of_blocks_and_the_download_ends_whole(TorrentVersion version) => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), version, 128 * 1024, [6_000_000, 100_000]);
        Poisoner[] poisoners = [.. Enumerable.Range(0, 3).Select(_ => new Poisoner(swarm.World, swarm.Network, swarm.NextAddress(), content, wrong: 0.2, link: Line))];
        ScriptedPeer[] honest = [.. Enumerable.Range(0, 2).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(poisoners.Select(static poisoner => poisoner.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. poisoners.Select(static peer => peer.Endpoint), .. honest.Select(static peer => peer.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        swarm.Must(leecher.Status(id).HashFailures <= 2 * poisoners.Length, "each poisoner spoils at most two pieces");
    });

    /// <summary>A hybrid's two swarms have one content: who is in both carries it from one to the other.</summary>
    [Fact]
    public void Clients_of_v1_of_v2_and_of_both_finish_together() => Scenario.Play(swarm =>
    {
        swarm.Tracker("tracker.example");
        SimContent both = SimContent.MakeV2(swarm.World.Fork(), TorrentVersion.Hybrid, 64 * 1024, [3_000_001]).With(static metainfo => metainfo with { Trackers = [[Announce]] });
        SimContent old = both.With(static metainfo => metainfo with { Version = TorrentVersion.V1, Hashes = metainfo.Hashes with { V2 = null }, PieceLayers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>() });
        SimContent newest = both.With(static metainfo => metainfo with { Version = TorrentVersion.V2, Hashes = metainfo.Hashes with { V1 = null }, PieceHashes = default });
        var line = new SimLinkSettings { UploadRate = 1_000_000, DownloadRate = 4_000_000 };
        swarm.Seeder(swarm.World.Random.Next(3) switch { 0 => old, 1 => newest, _ => both }, line);
        swarm.World.Run(TimeSpan.FromSeconds(5));
        (SimNode Node, TorrentId Id)[] leechers = [.. new[] { both, both, old, newest }.Select(content =>
        {
            SimNode node = swarm.Node(line);
            return (node, node.Add(content));
        })];
        foreach ((SimNode node, TorrentId id) in leechers)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(10));
    });

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void A_killed_node_goes_on_where_it_was_without_asking_for_known_layers_again(TorrentVersion version) => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), version, 64 * 1024, [2_000_000, 3_000_000], hasLayers: false);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode first = swarm.Node();
        TorrentId id = first.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.RunUntil(() => first.Status(id).PiecesDone > 10, TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromSeconds(swarm.World.Random.NextDouble() * 2));
        first.Kill();
        swarm.World.Run(TimeSpan.FromSeconds(5));
        SimNode second = swarm.Restart(first);
        id = second.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.MustComplete(second, id, TimeSpan.FromMinutes(5));
    });
}
