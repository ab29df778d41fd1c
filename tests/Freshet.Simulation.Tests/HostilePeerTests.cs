using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Villains in the swarm: the download ends whole, honest peers are never banned, memory stays in its budget (THREATS W1 to W5, W12).</summary>
public sealed class HostilePeerTests
{
    [Fact]
    public void Poisoners_are_banned_and_the_download_ends_whole() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 128 * 1024, [6_000_000]);
        var line = new SimLinkSettings { UploadRate = 1_000_000 };
        Poisoner[] poisoners = [.. Enumerable.Range(0, 3).Select(_ =>
            new Poisoner(swarm.World, swarm.Network, swarm.NextAddress(), content, wrong: 0.2, link: line))];
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, line);
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(poisoners.Select(static poisoner => poisoner.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. poisoners.Select(static peer => peer.Endpoint), honest.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        swarm.Must(leecher.Status(id).HashFailures <= 2 * poisoners.Length, "each poisoner spoils at most two pieces");
    });

    [Fact]
    public void Peers_that_never_answer_do_not_hold_the_download_up() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        Staller[] stallers = [.. Enumerable.Range(0, 4).Select(_ => new Staller(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 1_000_000 });
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. stallers.Select(static peer => peer.Endpoint), honest.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_breach_and_a_block_in_one_breath_end_the_connection_and_leak_nothing() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        Breacher[] breachers = [.. Enumerable.Range(0, 4).Select(_ => new Breacher(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 500_000 });
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. breachers.Select(static peer => peer.Endpoint), honest.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(breachers.Sum(static peer => peer.OpenConnections) == 0, "a breach ends a connection");
    });

    [Fact]
    public void Choking_to_and_fro_loses_nothing() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_500_000]);
        Flapper[] flappers = [.. Enumerable.Range(0, 2).Select(_ =>
            new Flapper(swarm.World, swarm.Network, swarm.NextAddress(), content, TimeSpan.FromMilliseconds(700 + swarm.World.Random.Next(600))))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. flappers.Select(static peer => peer.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void Giant_lengths_noise_and_floods_cost_neither_memory_nor_the_download() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        var villains = new List<ScriptedPeer>();
        for (int i = 0; i < 5; i++)
        {
            villains.Add(new LengthDripper(swarm.World, swarm.Network, swarm.NextAddress(), content));
            villains.Add(new Babbler(swarm.World, swarm.Network, swarm.NextAddress(), content));
            villains.Add(new HaveFlooder(swarm.World, swarm.Network, swarm.NextAddress(), content));
            villains.Add(new RequestFlooder(swarm.World, swarm.Network, swarm.NextAddress(), content));
        }

        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 500_000 });
        SimNode leecher = swarm.Node(settings: new SimNodeSettings { Memory = 4 * 1024 * 1024 });
        leecher.Checks.Villains.UnionWith(villains.Select(static villain => villain.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. villains.Select(static peer => peer.Endpoint), honest.Endpoint] });
        foreach (ScriptedPeer villain in villains)
            villain.Dial(leecher.Endpoint);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        swarm.Must(villains.OfType<LengthDripper>().Sum(static villain => villain.OpenConnections) == 0, "giant lengths end their connections");
    });

    [Fact]
    public void A_seeder_that_leaves_at_99_percent_is_replaced_by_whoever_comes_later() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [8_000_000]);
        var leaver = new Leaver(swarm.World, swarm.Network, swarm.NextAddress(), content, share: 0.99, new SimLinkSettings { UploadRate = 2_000_000 });
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [leaver.Endpoint] });
        swarm.World.Run(TimeSpan.FromMinutes(1));
        swarm.Must(!leecher.IsFinished(id) && leecher.Status(id).PiecesDone > 0, "the download waits for its last pieces");
        var second = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content);
        long left = leecher.Status(id).LeftBytes;
        leecher.Command((engine, now) => engine.AddPeers(id, [second.Endpoint], now));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(second.Served <= left, "nothing was fetched again");
    });
}
