using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>What a node answers to strangers, and what it does not.</summary>
public sealed class AnsweringTests
{
    private const string Own = "20.1.1.1:6881";
    private const string Stranger = "30.1.1.1:6881";
    private readonly DhtRig _rig = new();
    private readonly SeededRandom _random = new(9);
    private readonly NodeId _asker;
    private readonly NodeId _target;

    public AnsweringTests()
    {
        _asker = NodeIdRules.Generate(NodeEndpoint.Of(IPEndPoint.Parse(Stranger)), _random);
        _target = NodeId.Random(_random);
    }

    [Fact]
    public void A_ping_is_answered_with_our_id_and_the_askers_address()
    {
        DhtNode node = _rig.Node(Own);
        KrpcMessage answer = Read(Ask(KrpcMethod.Ping));
        Assert.Equal((KrpcKind.Answer, node.Id, Stranger), (answer.Kind, answer.Id!.Value, answer.External!.Value.ToString()));
        Assert.Equal("tid", Encoding.ASCII.GetString(answer.TransactionId));
    }

    [Fact]
    public void Who_announces_with_its_token_is_told_to_the_next()
    {
        _rig.Node(Own);
        byte[] token = TokenOf(Stranger, _target);
        Assert.Equal(KrpcKind.Answer, Read(Announce(Stranger, token, port: 7000)).Kind);
        Assert.Equal(["30.1.1.1:7000"], PeersOf(Ask(KrpcMethod.GetPeers, "31.1.1.1:1")));
        Assert.Equal(KrpcKind.Answer, Read(Announce(Stranger, token, port: 1, impliesPort: true)).Kind);
        Assert.Equal(["30.1.1.1:6881", "30.1.1.1:7000"], (string[])[.. PeersOf(Ask(KrpcMethod.GetPeers, "31.1.1.1:1")).Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public void A_token_is_good_for_its_address_and_target_alone_and_for_some_minutes()
    {
        _rig.Node(Own);
        byte[] token = TokenOf(Stranger, _target);
        Assert.Equal(203, Read(Announce("30.1.1.2:6881", token, 7000)).ErrorCode);
        Assert.Equal(203, Read(Announce(Stranger, TokenOf(Stranger, NodeId.Random(_random)), 7000)).ErrorCode);
        Assert.Equal(203, Read(Announce(Stranger, [], 7000)).ErrorCode);
        Assert.Equal(203, Read(Announce(Stranger, new byte[1370], 7000)).ErrorCode);
        _rig.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(KrpcKind.Answer, Read(Announce(Stranger, token, 7000)).Kind);
        _rig.Run(TimeSpan.FromMinutes(6));
        Assert.Equal(203, Read(Announce(Stranger, token, 7000)).ErrorCode);
    }

    [Fact]
    public void A_peer_is_forgotten_that_does_not_announce_again()
    {
        DhtNode node = _rig.Node(Own);
        Announce(Stranger, TokenOf(Stranger, _target), 7000);
        _rig.Run(TimeSpan.FromMinutes(31));
        Assert.Single(PeersOf(Ask(KrpcMethod.GetPeers, "31.1.1.1:1")));
        _rig.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(PeersOf(Ask(KrpcMethod.GetPeers, "31.1.1.1:1")));
        Assert.Equal(0, node.GetStatistics(_rig.Now).Swarms);
    }

    [Fact]
    public void Nodes_of_the_wanted_families_go_along_nearest_first()
    {
        DhtNode[] nodes = _rig.Network(40);
        KrpcMessage answer = Read(_rig.Ask("99.1.1.1:1", "20.0.1.1:6881", Query(KrpcMethod.FindNode, _target)));
        var told = new List<NodeContact>();
        foreach (NodeContact node in new CompactNodes(answer.Nodes4, NodeContact.Length4))
            told.Add(node);
        NodeContact[] known = [.. nodes[0].Export()];
        Assert.Equal(known.Order(Comparer<NodeContact>.Create((a, b) => _target.CompareDistance(a.Id, b.Id))).Take(8), told);
        Assert.True(answer.Nodes6.IsEmpty);
    }

    [Fact]
    public void A_scrape_counts_seeds_and_others()
    {
        _rig.Node(Own, new DhtSettings { AnswerRate = 0 });
        for (int i = 0; i < 40; i++)
        {
            string from = $"30.1.{i}.1:6881";
            Announce(from, TokenOf(from, _target), 7000, isSeed: i < 30);
        }

        KrpcMessage answer = Read(_rig.Ask(Stranger, Own, Query(KrpcMethod.GetPeers, _target) with { WantsScrape = true }));
        var seeds = new ScrapeFilter();
        seeds.Union(answer.SeedFilter);
        var others = new ScrapeFilter();
        others.Union(answer.PeerFilter);
        Assert.InRange(seeds.Estimate(), 27, 33);
        Assert.InRange(others.Estimate(), 8, 12);
        Assert.Empty(PeersOf(_rig.Ask(Stranger, Own, Query(KrpcMethod.GetPeers, _target) with { WantsScrape = true })));
        Assert.Equal(10, PeersOf(_rig.Ask(Stranger, Own, Query(KrpcMethod.GetPeers, _target) with { WantsNoSeeds = true })).Length);
    }

    [Fact]
    public void Samples_stay_the_same_for_their_interval()
    {
        _rig.Node(Own, new DhtSettings { AnswerRate = 0, StrangerRate = 0 });
        for (int i = 0; i < 50; i++)
        {
            NodeId swarm = NodeId.Random(_random);
            _rig.Ask(Stranger, Own, AnnounceQuery(swarm, TokenOf(Stranger, swarm), 7000));
        }

        KrpcMessage first = Read(Ask(KrpcMethod.SampleInfohashes));
        Assert.Equal((50, 20 * 20), (first.SwarmCount, first.Samples.Length));
        Assert.InRange(first.Interval, 1, 300);
        _rig.Run(TimeSpan.FromSeconds(first.Interval - 1));
        Assert.True(Read(Ask(KrpcMethod.SampleInfohashes)).Samples.SequenceEqual(first.Samples));
        _rig.Run(TimeSpan.FromSeconds(2));
        Assert.False(Read(Ask(KrpcMethod.SampleInfohashes)).Samples.SequenceEqual(first.Samples));
    }

    [Fact]
    public void What_cannot_be_answered_gets_an_error_that_says_so()
    {
        _rig.Node(Own);
        Assert.Equal(203, Read(Raw("d1:ad2:id3:abce1:q4:ping1:t1:x1:y1:qe")).ErrorCode);
        Assert.Equal(203, Read(Raw($"d1:ad2:id20:{new string('i', 20)}e1:q9:get_peers1:t1:x1:y1:qe")).ErrorCode);
        Assert.Equal(204, Read(Raw($"d1:ad2:id20:{new string('i', 20)}e1:q5:votes1:t1:x1:y1:qe")).ErrorCode);
        Assert.Equal(KrpcKind.Answer, Read(Raw($"d1:ad2:id20:{new string('i', 20)}6:target20:{new string('t', 20)}e1:q5:votes1:t1:x1:y1:qe")).Kind);
        Assert.Null(Raw("no message at all"));
        Assert.Null(Raw($"d1:rd2:id20:{new string('i', 20)}e1:t4:xxxx1:y1:re"));
    }

    [Fact]
    public void Who_asks_too_much_is_not_heard_for_a_while_and_others_are()
    {
        DhtNode node = _rig.Node(Own, new DhtSettings { AnswerRate = 0 });
        int answered = Enumerable.Range(0, 200).Count(_ => Ask(KrpcMethod.Ping) is not null);
        Assert.Equal(50, answered);
        Assert.Equal(150, node.GetStatistics(_rig.Now).Dropped);
        Assert.NotNull(Ask(KrpcMethod.Ping, "31.1.1.1:1"));
        Assert.Null(Ask(KrpcMethod.Ping, "30.1.1.1:9"));
        _rig.Run(TimeSpan.FromMinutes(4.9));
        Assert.Null(Ask(KrpcMethod.Ping));
        _rig.Run(TimeSpan.FromMinutes(0.2));
        Assert.NotNull(Ask(KrpcMethod.Ping));
    }

    [Fact]
    public void Answers_to_all_together_keep_to_their_rate()
    {
        DhtNode node = _rig.Node(Own, new DhtSettings { AnswerRate = 8000 });
        MonoTime start = _rig.Now;
        for (int i = 0; i < 20_000; i++)
        {
            Ask(KrpcMethod.GetPeers, $"{30 + (i % 100)}.{i / 100}.1.1:1");
            _rig.Run(TimeSpan.FromMilliseconds(1));
        }

        double seconds = (_rig.Now - start).TotalSeconds;
        Assert.InRange(node.GetStatistics(_rig.Now).AnswerBytesOut, 0, 8000 * (seconds + 2.5));
        Assert.InRange(node.GetStatistics(_rig.Now).AnswerBytesOut, 8000 * seconds * 0.9, double.MaxValue);
    }

    [Fact]
    public void Who_only_reads_answers_nobody_says_so_and_is_kept_by_nobody()
    {
        DhtNode reader = _rig.Node(Own, new DhtSettings { IsReadOnly = true });
        DhtNode other = _rig.Node("21.1.1.1:6881");
        reader.Bootstrap([], [IPEndPoint.Parse("21.1.1.1:6881")], _rig.Now);
        _rig.Run(TimeSpan.FromMinutes(1));
        Assert.Equal((1, 0), (reader.GetStatistics(_rig.Now).Nodes, other.GetStatistics(_rig.Now).Nodes));
        Assert.Null(Ask(KrpcMethod.Ping));
    }

    [Fact]
    public void The_store_keeps_to_its_limits_whoever_fills_it()
    {
        var settings = new DhtSettings { MaxSwarms = 20, MaxPeersOfSwarm = 10, MaxPeers = 60, MaxOfStranger = 15, AnswerRate = 0, StrangerRate = 0 };
        DhtNode node = _rig.Node(Own, settings);
        NodeId[] swarms = [.. Enumerable.Range(0, 40).Select(_ => NodeId.Random(_random))];
        for (int i = 0; i < 3000; i++)
        {
            string from = $"30.1.{_random.Next(30)}.1:{1 + _random.Next(9)}";
            NodeId swarm = swarms[_random.Next(swarms.Length)];
            _rig.Ask(from, Own, AnnounceQuery(swarm, TokenOf(from, swarm), (ushort)(1 + _random.Next(9))));
            DhtStatistics statistics = node.GetStatistics(_rig.Now);
            Assert.InRange(statistics.Swarms, 1, 20);
            Assert.InRange(statistics.Peers, 1, 60);
            Assert.All(node.Responder.Peers.Swarms, static stored => Assert.InRange(stored.Peers.Count, 1, 10));
        }

        Assert.Equal(node.GetStatistics(_rig.Now).Peers, node.Responder.Peers.Swarms.Sum(static stored => stored.Peers.Count));
        Assert.All(
            node.Responder.Peers.Swarms.SelectMany(static stored => stored.Peers).GroupBy(static peer => peer.Endpoint.StrangerKey),
            static stranger => Assert.InRange(stranger.Count(), 1, 15));
    }

    [Fact]
    public void A_popular_swarm_is_not_pushed_out_by_made_up_ones()
    {
        DhtNode node = _rig.Node(Own, new DhtSettings { MaxSwarms = 50, AnswerRate = 0, StrangerRate = 0 });
        for (int i = 0; i < 20; i++)
            Announce($"30.1.{i}.1:6881", TokenOf($"30.1.{i}.1:6881", _target), 7000);
        for (int i = 0; i < 2000; i++)
        {
            string from = $"40.{i / 100}.1.1:1";
            NodeId madeUp = NodeId.Random(_random);
            _rig.Ask(from, Own, AnnounceQuery(madeUp, TokenOf(from, madeUp), 1));
        }

        Assert.Equal(50, node.GetStatistics(_rig.Now).Swarms);
        Assert.Equal(20, PeersOf(Ask(KrpcMethod.GetPeers)).Length);
    }

    private static KrpcMessage Read(byte[]? datagram)
    {
        Assert.NotNull(datagram);
        Assert.True(KrpcReader.TryRead(datagram, out KrpcMessage message));
        return message;
    }

    private static string[] PeersOf(byte[]? datagram)
    {
        var peers = new List<string>();
        foreach (NodeEndpoint peer in Read(datagram).Peers)
            peers.Add(peer.ToString());
        return [.. peers];
    }

    private byte[]? Raw(string text)
    {
        _rig.ToStrangers.Clear();
        _rig.Send(Stranger, Own, Encoding.Latin1.GetBytes(text));
        return _rig.ToStrangers.Count == 0 ? null : _rig.ToStrangers[0].Bytes;
    }

    private KrpcQuery Query(KrpcMethod method, NodeId? target) => new() { Method = method, TransactionId = "tid"u8, Id = _asker, Target = target };

    private KrpcQuery AnnounceQuery(NodeId swarm, ReadOnlySpan<byte> token, ushort port)
        => new() { Method = KrpcMethod.AnnouncePeer, TransactionId = "tid"u8, Id = _asker, Target = swarm, Token = token, Port = port };

    private byte[]? Ask(KrpcMethod method, string from = Stranger) => _rig.Ask(from, Own, Query(method, method == KrpcMethod.Ping ? null : _target));

    private byte[] TokenOf(string from, NodeId target) => Read(_rig.Ask(from, Own, Query(KrpcMethod.GetPeers, target))).Token.ToArray();

    private byte[]? Announce(string from, byte[] token, ushort port, bool impliesPort = false, bool isSeed = false) => _rig.Ask(
        from,
        Own,
        new KrpcQuery
        {
            Method = KrpcMethod.AnnouncePeer,
            TransactionId = "tid"u8,
            Id = _asker,
            Target = _target,
            Token = token,
            Port = port,
            ImpliesPort = impliesPort,
            IsSeed = isSeed,
        });
}
