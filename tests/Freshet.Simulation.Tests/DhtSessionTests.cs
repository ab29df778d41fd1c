using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Sessions that take part in the DHT: how they find into it, what they look for there, what it costs.</summary>
public sealed class DhtSessionTests
{
    private const int Seeds = 5;
    private static readonly SimLinkSettings Line = new() { UploadRate = 400_000 };

    [Fact]
    public void A_torrent_without_a_tracker_is_found_through_the_dht() => Scenario.Play(Seeds, swarm =>
    {
        Build(swarm, nodes: 12);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_000_000]);
        SimNode seeder = swarm.Seeder(content, Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(2));
        SimNode leecher = swarm.Node(Line, Settings());
        TorrentId id = leecher.Add(content);
        swarm.World.RunUntil(() => leecher.Peers(id).Count > 0, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Peers(id).Any(peer => peer.Endpoint.Equals(seeder.Endpoint) && peer.Sources.HasFlag(PeerSources.Dht)), "the seeder was found through the DHT");
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void A_line_that_loses_does_not_hide_a_torrent() => Scenario.Play(Seeds, swarm =>
    {
        var bad = new SimLinkSettings { UploadRate = 400_000, Loss = 0.05, Reorder = 0.1, Latency = TimeSpan.FromMilliseconds(60) };
        Build(swarm, nodes: 12, bad);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]);
        swarm.Seeder(content, bad, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(2));
        SimNode leecher = swarm.Node(bad, Settings());
        TorrentId id = leecher.Add(content);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void A_private_torrent_is_never_spoken_of() => Scenario.Play(Seeds, swarm =>
    {
        SimNode router = Build(swarm, nodes: 4);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]);
        SimContent hidden = content.With(metainfo => metainfo with { IsPrivate = true });
        SimNode seeder = swarm.Seeder(hidden, Line, Settings());
        SimNode leecher = swarm.Node(Line, Settings());
        TorrentId id = leecher.Add(hidden, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.World.Run(TimeSpan.FromHours(1));
        swarm.Must(swarm.Nodes.TrueForAll(node => node.Dht!.IPv4!.Swarms == 0 && node.Dht.Torrents == 0), "no node has heard of a swarm");
        swarm.Must(router.Dht!.IPv4!.Nodes >= 4, "the DHT itself works");
    });

    [Fact]
    public void After_a_restart_the_nodes_of_before_lead_in_without_a_router() => Scenario.Play(Seeds, swarm =>
    {
        SimNode router = Build(swarm, nodes: 10);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]);
        swarm.Seeder(content, Line, Settings());
        SimNode first = swarm.Node(Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(20));
        swarm.Must(!first.Store.Nodes.IPv4.IsEmpty, "nodes are kept while it runs");
        first.Kill();
        router.Kill();
        swarm.World.Run(TimeSpan.FromMinutes(5));
        SimNode again = swarm.Restart(first, Line, Settings());
        TorrentId id = again.Add(content);
        swarm.MustComplete(again, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_peers_port_message_leads_in_where_there_is_no_router() => Scenario.Play(Seeds, swarm =>
    {
        Build(swarm, nodes: 6);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]);
        SimNode seeder = swarm.Seeder(content, Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(1));
        SimNode alone = swarm.Node(Line, Settings(routers: []));
        swarm.World.Run(TimeSpan.FromMinutes(1));
        swarm.Must(alone.Dht!.IPv4!.Nodes == 0, "it knows nobody");
        alone.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMinutes(2));
        swarm.Must(alone.Dht!.IPv4!.Nodes >= 4, $"it has found in ({alone.Dht.IPv4.Nodes} nodes)");
    });

    [Fact]
    public void The_nodes_of_a_torrent_file_lead_in_where_there_is_no_router() => Scenario.Play(Seeds, swarm =>
    {
        SimNode router = Build(swarm, nodes: 6);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]);
        swarm.Seeder(content, Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(2));
        SimContent named = content.With(metainfo => metainfo with { Nodes = [(router.Address.ToString(), router.Endpoint.Port)] });
        SimNode leecher = swarm.Node(Line, Settings(routers: []));
        TorrentId id = leecher.Add(named);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void Both_swarms_of_a_hybrid_are_announced() => Scenario.Play(Seeds, swarm =>
    {
        SimNode router = Build(swarm, nodes: 3);
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), TorrentVersion.Hybrid, 64 * 1024, [300_000]);
        swarm.Seeder(content, Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(2));
        swarm.Must(router.Dht!.IPv4!.Swarms == 2, $"the router keeps both ({router.Dht.IPv4.Swarms})");
    });

    [Fact]
    public void A_magnet_link_without_anything_else_becomes_a_download() => Scenario.Play(Seeds, swarm =>
    {
        Build(swarm, nodes: 12);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [700_000]);
        swarm.Seeder(content, Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(2));
        SimNode leecher = swarm.Node(Line, Settings());
        TorrentId id = leecher.AddMagnet(content);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void A_magnet_link_that_turns_out_to_be_private_leaves_the_dht() => Scenario.Play(Seeds, swarm =>
    {
        Build(swarm, nodes: 6);
        SimContent hidden = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]).With(static metainfo => metainfo with { IsPrivate = true });
        var named = new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), hidden, Line);
        SimNode leecher = swarm.Node(Line, Settings());
        TorrentId id = leecher.AddMagnet(hidden, spec => spec with { Peers = [named.Endpoint] });
        swarm.Must(leecher.Dht!.Torrents == 1, "nobody knows yet that it is private");
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.Must(leecher.Dht!.Torrents == 0 && leecher.Dht.LookingFor == 0, "it is not looked for any more");
    });

    /// <summary>The goal: 2,000 sleeping torrents are announced with less than 8 KB/s.</summary>
    [Fact]
    public void Two_thousand_sleeping_torrents_are_announced_for_less_than_8_kilobytes_a_second()
    {
        var swarm = new SimSwarm(seed: 1);
        Build(swarm, nodes: 60);
        SimNode node = swarm.Node(Line, Settings());
        swarm.World.Run(TimeSpan.FromMinutes(2));
        node.Command((engine, now) => IdleTests.Add(engine, 2000, [], now));
        swarm.World.Run(TimeSpan.FromMinutes(20));
        DhtSnapshot before = node.Dht!;
        EngineWork work = node.Work;
        TimeSpan time = TimeSpan.FromHours(1);
        swarm.World.Run(time);
        DhtSnapshot after = node.Dht!;
        Assert.Equal(2000, after.Torrents);

        double rate = (after.IPv4!.BytesOut - before.IPv4!.BytesOut) / time.TotalSeconds;
        double rateIn = (after.IPv4.BytesIn - before.IPv4.BytesIn) / time.TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine($"{rate:0} B/s out, {rateIn:0} B/s in, {(after.IPv4.QueriesOut - before.IPv4.QueriesOut) / time.TotalSeconds:0.0} queries/s");
        Assert.InRange(rate, 500, 8000);

        // Four rounds of an hour: nothing is looked at but what is announced.
        Assert.Equal(0, (node.Work - work).Peers);
    }

    [Fact]
    public void A_hundred_thousand_torrents_wait_for_a_dht_that_is_not_there_at_the_cost_of_a_try_now_and_then()
    {
        var swarm = new SimSwarm(seed: 1);
        SimNode node = swarm.Node(Line, Settings());
        node.Command((engine, now) => IdleTests.Add(engine, 100_000, [], now));
        swarm.World.Run(TimeSpan.FromMinutes(30));
        EngineWork before = node.Work;
        long turns = node.Turns;
        swarm.World.Run(TimeSpan.FromHours(2));
        EngineWork work = node.Work - before;
        Assert.InRange(work.Deadlines, 12, 30);
        Assert.InRange(node.Turns - turns, 12, 60);
        Assert.Equal(0, work.Torrents + work.Peers + work.Touched);
    }

    private static SimNodeSettings Settings(IReadOnlyList<(string Host, int Port)>? routers = null) => new()
    {
        Adapt = settings => settings with { Dht = new SessionDhtSettings { Routers = routers ?? [("router.example", 6881)] } },
    };

    /// <summary>A router, whom all begin with, and other nodes without torrents.</summary>
    private static SimNode Build(SimSwarm swarm, int nodes, SimLinkSettings? line = null)
    {
        SimNode router = swarm.Node(line ?? Line, Settings(routers: []));
        swarm.Network.Name("router.example", router.Address);
        for (int i = 1; i < nodes; i++)
        {
            swarm.Node(line ?? Line, Settings());
            swarm.World.Run(TimeSpan.FromSeconds(2));
        }

        swarm.World.Run(TimeSpan.FromSeconds(30));
        return router;
    }
}
