using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>A node's life: the way in, rest, another address, another run, two families.</summary>
public sealed class DhtNodeTests
{
    private const string Own = "20.1.1.1:6881";
    private readonly DhtRig _rig = new();
    private readonly SeededRandom _random = new(4);

    [Fact]
    public void Who_knows_nobody_rests()
    {
        DhtNode node = _rig.Node(Own);
        Assert.True(node.NextDeadline.IsNever);
        _rig.Run(TimeSpan.FromHours(1));
        Assert.Equal(0, _rig.Datagrams);
    }

    [Fact]
    public void A_router_that_does_not_answer_is_tried_again_less_and_less_often()
    {
        DhtNode node = _rig.Node(Own);
        node.Bootstrap([], [IPEndPoint.Parse("30.1.1.1:1")], _rig.Now);
        _rig.Run(TimeSpan.FromHours(1));
        Assert.InRange(_rig.Datagrams, 5, 15);
        DhtNode router = _rig.Node("30.1.1.1:1");
        _rig.Run(TimeSpan.FromMinutes(11));
        Assert.Equal((1, 1), (node.GetStatistics(_rig.Now).Nodes, router.GetStatistics(_rig.Now).Nodes));
    }

    [Fact]
    public void A_peers_port_message_is_a_way_in()
    {
        DhtNode[] nodes = _rig.Network(20);
        DhtNode late = _rig.Node("90.1.1.1:6881");
        late.AddNode(IPEndPoint.Parse("20.0.1.1:6881"), _rig.Now);
        _rig.Run(TimeSpan.FromMinutes(2));
        Assert.InRange(late.GetStatistics(_rig.Now).Nodes, 10, 20);
        Assert.NotEmpty(nodes);
    }

    [Fact]
    public void What_was_saved_is_the_way_in_of_the_next_run_and_the_id_stays()
    {
        DhtNode[] nodes = _rig.Network(20);
        IReadOnlyList<NodeContact> saved = nodes[4].Export();
        NodeId id = nodes[4].Id;
        _rig.Remove("24.0.1.1:6881");
        _rig.Run(TimeSpan.FromMinutes(20));
        DhtNode again = _rig.Node("24.0.1.1:6881", id: id);
        again.Bootstrap(saved, [], _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(id, again.Id);
        Assert.InRange(again.GetStatistics(_rig.Now).Nodes, 6, 20);
    }

    [Fact]
    public void An_idle_network_asks_little_and_forgets_nobody()
    {
        DhtNode[] nodes = _rig.Network(20);
        _rig.Run(TimeSpan.FromMinutes(30));
        int before = _rig.Datagrams;
        _rig.Run(TimeSpan.FromHours(1));
        Assert.All(nodes, node => Assert.InRange(node.GetStatistics(_rig.Now).GoodNodes, 10, 20));

        // Some 19 nodes each, asked every quarter of an hour at the most, and a look around as often.
        Assert.InRange((_rig.Datagrams - before) / nodes.Length, 1, 1000);
    }

    [Fact]
    public void Nodes_that_go_leave_the_table()
    {
        DhtNode[] nodes = _rig.Network(20);
        for (int i = 10; i < 20; i++)
            _rig.Remove($"{20 + i}.0.1.1:6881");
        _rig.Run(TimeSpan.FromMinutes(40));
        Assert.All(nodes[..10], node => Assert.InRange(node.GetStatistics(_rig.Now).Nodes, 5, 9));
    }

    [Fact]
    public void Who_was_without_a_network_for_hours_finds_its_way_back_by_itself()
    {
        DhtNode[] nodes = _rig.Network(20);
        DhtNode away = _rig.Node("90.1.1.1:6881");
        away.AddNode(IPEndPoint.Parse("20.0.1.1:6881"), _rig.Now);
        _rig.Run(TimeSpan.FromMinutes(5));
        _rig.IsCut = true;
        _rig.Run(TimeSpan.FromHours(5));
        Assert.Equal(0, away.GetStatistics(_rig.Now).Nodes);
        _rig.IsCut = false;
        _rig.Run(TimeSpan.FromMinutes(30));
        Assert.All(nodes.Append(away), node => Assert.InRange(node.GetStatistics(_rig.Now).Nodes, 5, 20));
    }

    [Fact]
    public void Who_has_a_global_address_has_an_id_that_fits_it()
    {
        Assert.True(NodeIdRules.Fits(_rig.Node(Own, id: NodeId.Random(_random)).Id, NodeEndpoint.Of(IPEndPoint.Parse(Own))));
        NodeId free = NodeId.Random(_random);
        Assert.Equal(free, _rig.Node("0.0.0.0:1", id: free).Id);
    }

    [Fact]
    public void When_most_see_us_elsewhere_we_take_an_id_that_fits_and_keep_the_table()
    {
        DhtNode[] nodes = _rig.Network(30);
        DhtNode inside = _rig.Node("10.0.0.5:6881");
        NodeId before = inside.Id;

        // Its router: strangers see another address.
        inside.Bootstrap([], [IPEndPoint.Parse("20.0.1.1:6881")], _rig.Now);
        var seen = NodeEndpoint.Of(IPEndPoint.Parse("99.8.7.6:1234"));
        for (int i = 0; i < 4; i++)
        {
            string voter = $"{130 + i}.1.1.1:6881";
            inside.Ping(IPEndPoint.Parse(voter), new SinkLog(), _rig.Now);
            _rig.Settle();
            KrpcReader.TryRead(_rig.ToStrangers[^1].Bytes, out KrpcMessage query);
            NodeId id = NodeIdRules.Generate(NodeEndpoint.Of(IPEndPoint.Parse(voter)), _random);
            Assert.Equal(before, inside.Id);
            _rig.Send(voter, "10.0.0.5:6881", new KrpcWriter().Write(new KrpcAnswer { TransactionId = query.TransactionId, Id = id, Asker = seen }).Span);
        }

        Assert.NotEqual(before, inside.Id);
        Assert.True(NodeIdRules.Fits(inside.Id, seen));
        Assert.Equal(IPAddress.Parse("99.8.7.6"), _rig.AddressesSeen[^1]);
        Assert.Equal(4, inside.GetStatistics(_rig.Now).Nodes);
        Assert.NotEmpty(nodes);
    }

    [Fact]
    public void Voices_of_one_network_move_nobody()
    {
        var external = new ExternalAddress();
        var lie = NodeEndpoint.Of(IPEndPoint.Parse("99.8.7.6:0"));
        for (int i = 0; i < 200; i++)
            Assert.False(external.Vote(NodeEndpoint.Of(IPEndPoint.Parse($"30.1.{i}.1:1")), lie));
        Assert.Null(external.Winner);
    }

    [Fact]
    public void Nodes_of_the_other_family_are_learnt_from_who_has_both()
    {
        DhtNode[] four = _rig.Network(12);
        DhtNode[] six = _rig.Network(12, static i => $"[2a00:{i + 1}::1]:6881");
        var both = new DhtNodes();
        both.Add(four[0]);
        both.Add(six[0]);
        var ours = new DhtNodes();
        ours.Add(_rig.Node("90.1.1.1:6881"));
        ours.Add(_rig.Node("[2a00:99::1]:6881"));
        ours.Nodes[0].Bootstrap([], [IPEndPoint.Parse("20.0.1.1:6881")], _rig.Now);
        _rig.Run(TimeSpan.FromMinutes(3));
        Assert.InRange(ours.Nodes[1].GetStatistics(_rig.Now).Nodes, 5, 12);
    }

    [Fact]
    public void Both_families_are_searched_as_one()
    {
        DhtNode[] four = _rig.Network(12);
        DhtNode[] six = _rig.Network(12, static i => $"[2a00:{i + 1}::1]:6881");
        InfoHash swarm = NodeId.Random(_random).Swarm;
        four[3].FindPeers(swarm, new PeerSearch { AnnouncePort = 4 }, new SinkLog(), _rig.Now);
        six[3].FindPeers(swarm, new PeerSearch { AnnouncePort = 6 }, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        var both = new DhtNodes();
        both.Add(four[9]);
        both.Add(six[9]);
        var log = new SinkLog();
        DhtOperation search = both.FindPeers(swarm, PeerSearch.Plain, log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(["23.0.1.1:4", "[2a00:4::1]:6"], (string[])[.. log.Peers.Order(StringComparer.Ordinal)]);
        Assert.Equal((1, true), (log.Ends, search.IsOver));
    }

    [Fact]
    public void The_same_seed_sends_the_same_datagrams()
    {
        static int Play()
        {
            var rig = new DhtRig();
            DhtNode[] nodes = rig.Network(30);
            nodes[0].FindPeers(default, new PeerSearch { AnnouncePort = 1 }, new SinkLog(), rig.Now);
            rig.Run(TimeSpan.FromHours(1));
            return rig.Datagrams;
        }

        Assert.Equal(Play(), Play());
    }
}
