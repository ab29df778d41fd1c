using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>BEP 11 in a swarm: whoever knows one peer finds all, and lies lead nowhere (THREATS W8).</summary>
public sealed class PeerExchangeTests
{
    private static readonly IPAddress Victim = IPAddress.Parse("50.1.1.1");

    [Fact]
    public void Fifty_that_know_one_address_find_each_other() => Scenario.Play(1, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);

        // One slow source, which alone would need a quarter of an hour for all of them.
        SimNode seeder = swarm.Seeder(content, new SimLinkSettings { UploadRate = 160_000 });
        var nodes = new List<(SimNode Node, TorrentId Id)>();
        for (int i = 0; i < 49; i++)
        {
            SimNode node = swarm.Node(new SimLinkSettings { UploadRate = 500_000 });
            nodes.Add((node, node.Add(content, spec => spec with { Peers = [seeder.Endpoint] })));
        }

        swarm.World.Run(TimeSpan.FromSeconds(15));
        swarm.Must(nodes.TrueForAll(one => one.Node.Status(one.Id).KnownPeers >= 40), "after a few seconds everybody knows nearly everybody");
        foreach ((SimNode node, TorrentId id) in nodes)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
        swarm.Must(nodes.TrueForAll(one => one.Node.Notices.OfType<PeerConnectedNotice>().Count() > 10), "they had each other");
    });

    [Fact]
    public void Without_it_they_know_the_one_address_only() => Scenario.Play(2, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [300_000]);
        var settings = new SimNodeSettings { Adapt = static settings => settings with { UsePeerExchange = false } };
        SimNode seeder = swarm.Seeder(content, settings: settings);
        SimNode one = swarm.Node(settings: settings);
        SimNode other = swarm.Node();
        TorrentId id = one.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        other.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMinutes(3));
        swarm.Must(one.Status(id).KnownPeers == 1, "nobody was told of");
    });

    [Fact]
    public void A_private_torrents_peers_are_told_to_nobody() => Scenario.Play(2, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [8_000_000]);
        SimNode seeder = swarm.Node(new SimLinkSettings { UploadRate = 20_000 });
        swarm.Fill(seeder.Disk, content);
        seeder.Add(content, Private);
        SimNode one = swarm.Node();
        SimNode other = swarm.Node();
        TorrentId id = one.Add(content, spec => Private(spec) with { Peers = [seeder.Endpoint] });
        other.Add(content, spec => Private(spec) with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMinutes(3));
        swarm.Must(one.Status(id).KnownPeers == 1, "nobody was told of");
    });

    [Fact]
    public void Liars_cannot_point_a_swarm_at_a_host() => Scenario.Play(2, swarm =>
    {
        // Ten liars name ports of one victim for half an hour, each as many as an honest peer may name.
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_000_000]);
        var victim = new Victimized();
        swarm.Network.Add(Victim, victim, new SimLinkSettings());
        GossipLiar[] liars = [.. Enumerable.Range(0, 10).Select(_ =>
            new GossipLiar(swarm.World, swarm.Network, swarm.NextAddress(), content, random => new IPEndPoint(Victim, 1 + random.Next(65_535))))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. liars.Select(static peer => peer.Endpoint)] });
        swarm.World.Run(TimeSpan.FromMinutes(30));
        swarm.Must(liars.Sum(static liar => liar.Lies) > 3_000, "they lied");
        swarm.Must(victim.Calls is > 0 and <= 64, $"the victim was dialled a few times ({victim.Calls})");
        swarm.Must(leecher.Status(id).KnownPeers < 30, "the list is not full of it");
    });

    [Fact]
    public void Liars_that_make_up_hosts_hold_nobody_up() => Scenario.Play(2, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000], "http://tracker.example/announce");
        swarm.Tracker("tracker.example");
        GossipLiar[] liars = [.. Enumerable.Range(0, 5).Select(_ => new GossipLiar(
            swarm.World, swarm.Network, swarm.NextAddress(), content, random => new IPEndPoint(new IPAddress([60, (byte)random.Next(256), (byte)random.Next(256), 1]), 6881)))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. liars.Select(static peer => peer.Endpoint)] });
        swarm.World.Run(TimeSpan.FromMinutes(20));
        SimNode seeder = swarm.Seeder(content, new SimLinkSettings { UploadRate = 500_000 });
        swarm.World.RunUntil(() => seeder.Peers(new TorrentId(1)).Count > 0, TimeSpan.FromMinutes(35));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.Must(leecher.Status(id).KnownPeers <= 3_000, "what is known is bounded");
    });

    private static TorrentSpec Private(TorrentSpec spec) => spec with { Metainfo = spec.Metainfo! with { IsPrivate = true } };

    /// <summary>A host that has nothing to do with it and counts who calls.</summary>
    private sealed class Victimized : ISimHost
    {
        public int Calls { get; private set; }

        bool ISimHost.Offers(InfoHashes torrent, Bitfield missing) => false;

        ISimStreamReceiver? ISimHost.Accept(SimStream stream, IPEndPoint from, int port)
        {
            Calls++;
            return null;
        }

        void ISimHost.Receive(Datagram datagram)
        {
        }
    }
}
