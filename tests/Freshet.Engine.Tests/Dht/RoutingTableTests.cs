using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>Who is let into the table (THREATS U2).</summary>
public sealed class RoutingTableTests
{
    private static readonly MonoTime Start = new(1_000_000_000_000);
    private readonly SeededRandom _random = new(1);
    private readonly RoutingTable _table;
    private MonoTime _now = Start;

    public RoutingTableTests() => _table = new RoutingTable(NodeId.Random(_random), enforcesIds: true, new SeededKeys(7));

    [Fact]
    public void A_node_whose_id_does_not_fit_its_address_is_refused_but_not_in_a_local_network()
    {
        NodeId random = NodeId.Random(_random);
        Assert.Equal(Admission.Refused, _table.Answered(new NodeContact(random, At("8.8.8.8:1")), _now));
        Assert.Equal(Admission.Kept, _table.Answered(new NodeContact(random, At("127.0.0.1:1")), _now));
        Assert.Equal(Admission.Kept, _table.Answered(Fitting("8.8.8.8:1"), _now));
    }

    [Fact]
    public void An_address_has_one_node()
    {
        Assert.Equal(Admission.Kept, _table.Answered(Fitting("8.8.8.8:1"), _now));
        Assert.Equal(Admission.Refused, _table.Answered(Fitting("8.8.8.8:2"), _now));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void On_one_machine_every_port_is_a_node_of_its_own()
    {
        for (int i = 1; i <= 8; i++)
            Assert.Equal(Admission.Kept, _table.Answered(new NodeContact(NodeId.Random(_random), At($"127.0.0.1:{i}")), _now));
        Assert.Equal(8, _table.Count);
    }

    [Fact]
    public void A_node_that_begins_anew_with_another_id_takes_its_own_place()
    {
        _table.Answered(Fitting("8.8.8.8:1"), _now);
        NodeContact second = Fitting("8.8.8.8:1");
        Assert.Equal(Admission.Kept, _table.Answered(second, _now));
        Assert.Equal(second, _table.Find(second.Endpoint)!.Contact);
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void A_network_has_one_node_in_a_bucket_and_eight_in_all()
    {
        int kept = 0;
        for (int i = 0; i < 20_000; i++)
            kept += _table.Answered(Fitting($"8.8.8.{i % 250}:1"), _now) == Admission.Kept ? 1 : 0;
        Assert.InRange(_table.CountWithSpares, 1, RoutingTable.MaxOfSubnet);
        foreach (KademliaBucket<KnownNode> bucket in _table.Buckets)
            Assert.InRange(bucket.Nodes.Count + bucket.Spares.Count, 0, 1);
    }

    [Fact]
    public void Who_is_only_heard_of_is_wanted_where_there_is_room_and_not_kept()
    {
        Assert.Equal(Admission.Wanted, _table.Rumoured(Fitting("8.8.8.8:1")));
        Assert.Equal(0, _table.CountWithSpares);
    }

    [Fact]
    public void A_full_bucket_keeps_who_answers_and_takes_a_newcomer_for_who_does_not()
    {
        NodeContact[] far = [.. FarNodes(9)];
        for (int i = 0; i < 8; i++)
            Assert.Equal(Admission.Kept, _table.Answered(far[i], _now));
        Near();
        Assert.Equal(Admission.Spare, _table.Answered(far[8], _now));
        for (int i = 0; i < KnownNode.MaxFailures - 1; i++)
            Assert.False(_table.Failed(far[3].Endpoint, _now));
        Assert.True(_table.Failed(far[3].Endpoint, _now));
        Assert.Null(_table.Find(far[3].Endpoint));
        Assert.Contains(_table.Buckets[0].Nodes, node => node.Contact == far[8]);
    }

    [Fact]
    public void Who_has_missed_an_answer_is_not_told_to_others()
    {
        NodeContact node = Fitting("8.8.8.8:1");
        _table.Answered(node, _now);
        var found = new KnownNode?[8];
        Assert.Equal(1, _table.ClosestForOthers(node.Id, found));
        _table.Failed(node.Endpoint, _now);
        Assert.Equal(0, _table.ClosestForOthers(node.Id, found));
        _table.Answered(node, _now);
        Assert.Equal(1, _table.ClosestForOthers(node.Id, found));
    }

    [Fact]
    public void Who_asked_us_first_may_be_behind_a_router_and_others_are_told_of_in_its_place()
    {
        NodeContact[] far = [.. FarNodes(8)];
        var caller = new KnownNode(far[0]) { AskedUsAt = _now };
        caller.Answered(_now);
        Assert.False(caller.IsReachable);
        Assert.Equal(_now + KnownNode.MappingTime, caller.DueAt);
        caller.Answered(_now + KnownNode.MappingTime);
        Assert.True(caller.IsReachable);
    }

    [Fact]
    public void Another_place_takes_the_nodes_along()
    {
        for (int i = 0; i < 200; i++)
            _table.Answered(Fitting($"{20 + i}.1.1.1:1"), _now);
        int before = _table.CountWithSpares;
        _table.MoveTo(NodeId.Random(_random));
        Assert.InRange(_table.CountWithSpares, before / 2, before);
        for (int i = 0; i < _table.Buckets.Count; i++)
            Assert.All(_table.Buckets[i].Nodes, node => Assert.Equal(Math.Min(_table.Own.CommonPrefix(node.Id), _table.Buckets.Count - 1), i));
    }

    [Fact]
    public void What_the_table_counts_stays_right_through_any_history()
    {
        for (int i = 0; i < 20_000; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            string endpoint = $"{20 + _random.Next(40)}.1.{_random.Next(3)}.{_random.Next(4)}:{1 + _random.Next(2)}";
            switch (_random.Next(4))
            {
                case 0:
                    _table.Failed(At(endpoint), _now);
                    break;
                case 1:
                    _table.Asked(Fitting(endpoint), _now);
                    break;
                default:
                    _table.Answered(Fitting(endpoint), _now);
                    break;
            }
        }

        KnownNode[] all = [.. _table.Buckets.SelectMany(static bucket => bucket.Nodes.Concat(bucket.Spares))];
        Assert.Equal(all.Length, _table.CountWithSpares);
        Assert.Equal(_table.Buckets.Sum(static bucket => bucket.Nodes.Count), _table.Count);
        Assert.Equal(all.Length, all.Select(static node => node.Endpoint.StrangerKey).Distinct().Count());
        Assert.All(all.GroupBy(static node => node.Endpoint.Subnet), static subnet => Assert.InRange(subnet.Count(), 1, RoutingTable.MaxOfSubnet));
        Assert.All(all, node => Assert.Same(node, _table.Find(node.Endpoint)));
    }

    private static NodeEndpoint At(string endpoint) => NodeEndpoint.Of(IPEndPoint.Parse(endpoint));

    private NodeContact Fitting(string endpoint) => new(NodeIdRules.Generate(At(endpoint), _random), At(endpoint));

    /// <summary>Nodes of the first bucket, in networks of their own.</summary>
    private IEnumerable<NodeContact> FarNodes(int count)
    {
        for (int i = 0; count > 0; i++)
        {
            NodeContact node = Fitting($"{20 + (i % 200)}.{i / 200}.1.1:1");
            if (_table.Own.CommonPrefix(node.Id) != 0)
                continue;
            count--;
            yield return node;
        }
    }

    /// <summary>Adds a near node, so that the bucket of the far ones is not the last.</summary>
    private void Near()
    {
        for (int i = 0; _table.Buckets.Count == 1; i++)
        {
            NodeContact node = Fitting($"30.{i}.2.2:1");
            if (_table.Own.CommonPrefix(node.Id) > 0)
                _table.Answered(node, _now);
        }
    }
}
