using System.Net;
using Freshet.Protocol.Dht;

namespace Freshet.Simulator.Dht;

/// <summary>
/// Villains that hold some networks and work together: their ids are valid (BEP 42), they tell of their friends alone, keep nothing, and give peers that do not exist. They
/// push themselves into all tables that they can reach.
/// </summary>
public sealed class SybilRing
{
    private const int MaxTargets = 1000;
    private const int Told = 8;

    private readonly DhtWorld _world;
    private readonly List<SimDhtNode> _members = [];
    private readonly Dictionary<NodeId, NodeContact[]> _nearest = [];
    private readonly Dictionary<NodeId, NodeContact[]> _madeUp = [];
    private readonly HashSet<(IPEndPoint Asker, NodeId Target)> _told = [];
    private readonly KrpcWriter _writer = new();

    /// <summary>Begins a ring.</summary>
    /// <param name="world">Its world.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="networks">How many /24 they share evenly.</param>
    public SybilRing(DhtWorld world, int count, int networks)
    {
        _world = world;
        byte[][] prefixes = [.. Enumerable.Range(0, networks).Select(_ => world.NextAddress().GetAddressBytes())];
        for (int i = 0; i < count; i++)
        {
            byte[] prefix = prefixes[i % networks];
            SimDhtNode member = world.Add(address: new IPAddress([prefix[0], prefix[1], prefix[2], (byte)(1 + (i / networks))]), routers: []);
            member.Receives = (from, bytes) => Answer(member, from, bytes);
            _members.Add(member);
        }
    }

    /// <summary>The villains.</summary>
    public IReadOnlyList<SimDhtNode> Members => _members;

    /// <summary>Whether each takes, for each target, that one of its eight valid ids which is nearest, the rest of it as the target has it; else each has one id.</summary>
    public bool ChoosesIds { get; set; }

    /// <summary>Whether half of what they tell of are nodes that do not exist, each in a network of its own and with an id that fits it.</summary>
    public bool TellsOfNobodies { get; set; }

    /// <summary>Queries that fell into their hands.</summary>
    public int Asked { get; private set; }

    /// <summary>Every villain asks some honest nodes something, again and again, so that they come to know it.</summary>
    public void Push(TimeSpan every)
    {
        foreach (SimDhtNode member in _members)
        {
            SimDhtNode victim = _world.Any();
            var query = new KrpcQuery
            {
                Method = KrpcMethod.FindNode,
                TransactionId = "xx"u8,
                Id = member.Node.Id,
                Target = NodeId.Random(_world.World.Random),
            };
            member.SendTo(victim.Endpoint, _writer.Write(query));
        }

        _world.World.After(every, () => Push(every));
    }

    private void Answer(SimDhtNode member, IPEndPoint from, byte[] bytes)
    {
        if (!KrpcReader.TryRead(bytes, out KrpcMessage query) || query.Kind != KrpcKind.Query)
            return;
        Asked++;
        NodeContact[] friends = query.Target is { } target ? NearestTo(target) : [];
        var own = NodeEndpoint.Of(member.Endpoint);
        int place = Array.FindIndex(friends, friend => friend.Endpoint == own);

        // Who was told of us by a friend knows us under the id for this target, who has us in its table under our usual one.
        bool isTold = place >= 0 && !_told.Add((from, query.Target!.Value));
        NodeId id = isTold && place < Told ? friends[place].Id : member.Node.Id;
        if (TellsOfNobodies && query.Target is { } made)
            friends = [.. friends.Take(Told / 2), .. MadeUp(made).Skip(4 * (Asked % 12)).Take(4)];
        byte[] nodes = new byte[Math.Min(Told, friends.Length) * NodeContact.Length4];
        for (int i = 0; i < nodes.Length / NodeContact.Length4; i++)
            friends[i].WriteCompact(nodes.AsSpan(i * NodeContact.Length4));
        var answer = new KrpcAnswer
        {
            TransactionId = query.TransactionId,
            Id = id,
            Asker = NodeEndpoint.Of(from),
            HasNodes4 = true,
            Nodes4 = nodes,
            Token = "token"u8,
        };
        if (query.Method == KrpcMethod.GetPeers)
        {
            answer.PeerLength = NodeEndpoint.Length4;
            answer.Peers = Enumerable.Range(0, 50).SelectMany(_ => _world.NextAddress().GetAddressBytes().Concat<byte>([1, 1])).ToArray();
        }

        member.SendTo(from, _writer.Write(answer));
    }

    private NodeContact[] MadeUp(NodeId target)
    {
        const int Near = 8;
        if (_madeUp.TryGetValue(target, out NodeContact[]? known))
            return known;
        if (_madeUp.Count > MaxTargets)
            _madeUp.Clear();
        var nodes = new NodeContact[48];
        for (int i = 0; i < nodes.Length; i++)
        {
            do
            {
                nodes[i] = NearestIdOf(NodeEndpoint.Of(_world.NextAddress(), 6881), target);
            }
            while (nodes[i].Id.CommonPrefix(target) < Near);
        }

        _madeUp.Add(target, nodes);
        return nodes;
    }

    private NodeContact[] NearestTo(NodeId target)
    {
        if (_nearest.TryGetValue(target, out NodeContact[]? known))
            return known;
        if (_nearest.Count > MaxTargets)
            _nearest.Clear();
        NodeContact[] nearest = [.. _members.Select(member => ChoosesIds
            ? NearestIdOf(NodeEndpoint.Of(member.Endpoint), target)
            : new NodeContact(member.Node.Id, NodeEndpoint.Of(member.Endpoint)))];
        Array.Sort(nearest, (a, b) => target.CompareDistance(a.Id, b.Id));
        _nearest.Add(target, nearest);
        return nearest;
    }

    private static NodeContact NearestIdOf(NodeEndpoint endpoint, NodeId target)
    {
        NodeId best = default;
        Span<byte> bytes = stackalloc byte[NodeId.Length];
        for (byte chance = 0; chance < 8; chance++)
        {
            target.Bytes.CopyTo(bytes);
            bytes[^1] = (byte)((bytes[^1] & ~7) | chance);
            NodeId id = NodeIdRules.Generate(endpoint, new NodeId(bytes));
            if (chance == 0 || target.CompareDistance(id, best) < 0)
                best = id;
        }

        return new NodeContact(best, endpoint);
    }
}
