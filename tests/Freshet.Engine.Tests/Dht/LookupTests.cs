using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>Look-ups: what they find, when they end, and whom they believe.</summary>
public sealed class LookupTests
{
    private const string Own = "20.1.1.1:6881";
    private readonly DhtRig _rig = new();
    private readonly SeededRandom _random = new(4);

    [Fact]
    public void An_announced_peer_is_found_by_all()
    {
        DhtNode[] nodes = _rig.Network(60);
        InfoHash swarm = NodeId.Random(_random).Swarm;
        DhtOperation announce = nodes[7].FindPeers(swarm, new PeerSearch { AnnouncePort = 7000 }, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        Assert.Equal((8, 8, true), (announce.Stored, announce.Closest.Count, announce.IsOver));
        foreach (DhtNode node in nodes)
        {
            var log = new SinkLog();
            DhtOperation search = node.FindPeers(swarm, PeerSearch.Plain, log, _rig.Now);
            _rig.Run(TimeSpan.FromSeconds(10));
            Assert.Equal(["27.0.1.1:7000"], log.Peers);
            Assert.Equal((1, 1), (log.Ends, search.PeersFound));
            Assert.InRange(search.Hops, 1, 6);
            Assert.InRange(search.Asked, 8, 30);
        }
    }

    [Fact]
    public void A_scrape_counts_what_all_nodes_know_together()
    {
        DhtNode[] nodes = _rig.Network(60);
        InfoHash swarm = NodeId.Random(_random).Swarm;
        for (int i = 0; i < 20; i++)
            nodes[i].FindPeers(swarm, new PeerSearch { AnnouncePort = 7000, IsSeed = i < 5 }, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        DhtOperation scrape = nodes[50].FindPeers(swarm, new PeerSearch { Scrapes = true }, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(scrape.Seeds, 4, 6);
        Assert.InRange(scrape.Downloaders, 13, 17);
    }

    [Fact]
    public void Swarms_are_sampled_on_the_way()
    {
        DhtNode[] nodes = _rig.Network(30);
        InfoHash[] swarms = [.. Enumerable.Range(0, 10).Select(_ => NodeId.Random(_random).Swarm)];
        foreach (InfoHash swarm in swarms)
            nodes[3].FindPeers(swarm, new PeerSearch { AnnouncePort = 1 }, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        var log = new SinkLog();
        foreach (InfoHash swarm in swarms)
            nodes[9].Sample(NodeId.Of(swarm), log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(swarms.ToHashSet(), log.Swarms);
    }

    [Fact]
    public void A_ping_tells_the_id_and_the_time_and_silence_is_told_too()
    {
        DhtNode one = _rig.Node(Own);
        DhtNode other = _rig.Node("21.1.1.1:6881");
        DhtOperation ping = one.Ping(IPEndPoint.Parse("21.1.1.1:6881"), new SinkLog(), _rig.Now);
        _rig.Settle();
        Assert.Equal(new NodeContact(other.Id, NodeEndpoint.Of(IPEndPoint.Parse("21.1.1.1:6881"))), Assert.Single(ping.Closest));
        Assert.Equal(TimeSpan.Zero, ping.RoundTrip);
        var log = new SinkLog();
        DhtOperation silent = one.Ping(IPEndPoint.Parse("22.1.1.1:6881"), log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 1, 0), (log.Ends, silent.Failed, silent.Answered));
    }

    [Fact]
    public void Nodes_that_are_gone_hold_no_look_up_up()
    {
        DhtNode[] nodes = _rig.Network(60);
        for (int i = 30; i < 60; i++)
            _rig.Remove($"{20 + i}.0.1.1:6881");
        var log = new SinkLog();
        DhtOperation search = nodes[2].FindNodes(NodeId.Random(_random), log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(8));
        Assert.Equal(1, log.Ends);
        Assert.Equal(8, search.Closest.Count);
    }

    [Fact]
    public void A_cancelled_look_up_tells_nothing_more_and_asks_nobody()
    {
        DhtNode[] nodes = _rig.Network(60);
        var log = new SinkLog();
        DhtOperation search = nodes[2].FindPeers(NodeId.Random(_random).Swarm, new PeerSearch { AnnouncePort = 1 }, log, _rig.Now);
        search.Cancel(_rig.Now);
        int before = _rig.Datagrams;
        int answers = search.Asked;
        _rig.Settle();
        Assert.Equal(before + answers, _rig.Datagrams);
        Assert.Equal((0, true), (log.Ends, search.IsOver));
        Assert.Equal(0, nodes[2].GetStatistics(_rig.Now).Lookups);
    }

    [Fact]
    public void An_answer_counts_only_from_who_was_asked_and_with_its_transaction_id()
    {
        DhtNode node = _rig.Node(Own);
        DhtOperation ping = node.Ping(IPEndPoint.Parse("30.1.1.1:1"), new SinkLog(), _rig.Now);
        _rig.Settle();
        KrpcReader.TryRead(_rig.ToStrangers.Single().Bytes, out KrpcMessage query);
        byte[] right = new KrpcWriter().Write(new KrpcAnswer { TransactionId = query.TransactionId, Id = NodeId.Random(_random), Asker = default }).ToArray();
        byte[] wrong = new KrpcWriter().Write(new KrpcAnswer { TransactionId = "abcd"u8, Id = NodeId.Random(_random), Asker = default }).ToArray();
        _rig.Send("30.1.1.2:1", Own, right);
        _rig.Send("30.1.1.1:2", Own, right);
        _rig.Send("30.1.1.1:1", Own, wrong);
        Assert.False(ping.IsOver);
        _rig.Send("30.1.1.1:1", Own, right);
        Assert.True(ping.IsOver);
        _rig.Send("30.1.1.1:1", Own, right);
        Assert.Equal((1, 4L), (ping.Answered, node.GetStatistics(_rig.Now).Malformed));
    }

    [Fact]
    public void A_stranger_sends_us_into_no_local_network()
    {
        DhtNode node = _rig.Node(Own);
        var log = new SinkLog();
        node.Bootstrap([], [IPEndPoint.Parse("30.1.1.1:1")], _rig.Now);
        node.FindPeers(NodeId.Random(_random).Swarm, PeerSearch.Plain, log, _rig.Now);
        _rig.Settle();
        string[] endpoints = ["127.0.0.1:22", "192.168.1.1:80", "10.0.0.1:80", "169.254.169.254:80", "31.1.1.1:5"];
        byte[] nodes = [.. endpoints.SelectMany(endpoint => Compact(endpoint, withId: true))];
        byte[] peers = [.. endpoints.SelectMany(endpoint => Compact(endpoint, withId: false))];
        foreach ((IPEndPoint _, IPEndPoint to, byte[] bytes) in _rig.ToStrangers.ToArray())
        {
            KrpcReader.TryRead(bytes, out KrpcMessage query);
            NodeId id = NodeIdRules.Generate(NodeEndpoint.Of(to), _random);
            var answer = new KrpcAnswer { TransactionId = query.TransactionId, Id = id, Asker = default, HasNodes4 = true, Nodes4 = nodes, Peers = peers, PeerLength = 6 };
            _rig.Send(to.ToString(), Own, new KrpcWriter().Write(answer).Span);
        }

        _rig.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(["31.1.1.1:5"], log.Peers);
        Assert.Equal([IPAddress.Parse("30.1.1.1"), IPAddress.Parse("31.1.1.1")], _rig.ToStrangers.Select(static sent => sent.To.Address).Distinct().Order(Comparer<IPAddress>.Create(static (a, b) => a.GetAddressBytes()[0] - b.GetAddressBytes()[0])));
    }

    [Fact]
    public void More_look_ups_than_run_at_once_wait_for_their_turn()
    {
        DhtNode[] nodes = _rig.Network(20);
        SinkLog[] logs = [.. Enumerable.Range(0, 500).Select(static _ => new SinkLog())];
        foreach (SinkLog log in logs)
            nodes[0].FindNodes(NodeId.Random(_random), log, _rig.Now);
        Assert.InRange(nodes[0].GetStatistics(_rig.Now).Pending, 1, 1024);
        _rig.Run(TimeSpan.FromSeconds(60));
        Assert.All(logs, static log => Assert.Equal(1, log.Ends));
    }

    [Fact]
    public void A_look_up_of_who_knows_nobody_ends_at_once()
    {
        var log = new SinkLog();
        DhtOperation search = _rig.Node(Own).FindPeers(NodeId.Random(_random).Swarm, PeerSearch.Plain, log, _rig.Now);
        Assert.Equal((true, 1, 0), (search.IsOver, log.Ends, search.Asked));
    }

    [Fact]
    public void A_network_on_one_machine_works_although_all_share_an_address()
    {
        DhtNode[] nodes = _rig.Network(40, static i => $"127.0.0.{1 + (i % 4)}:{7000 + i}", new DhtSettings { AnswerRate = 0 });
        InfoHash swarm = NodeId.Random(_random).Swarm;
        nodes[7].FindPeers(swarm, new PeerSearch { AnnouncePort = 9 }, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        var log = new SinkLog();
        nodes[33].FindPeers(swarm, PeerSearch.Plain, log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(["127.0.0.4:9"], log.Peers);
    }

    private byte[] Compact(string text, bool withId)
    {
        var endpoint = NodeEndpoint.Of(IPEndPoint.Parse(text));
        byte[] bytes = new byte[NodeContact.Length4];
        int length = withId ? new NodeContact(NodeIdRules.Generate(endpoint, _random), endpoint).WriteCompact(bytes) : endpoint.WriteCompact(bytes);
        return bytes[..length];
    }
}
