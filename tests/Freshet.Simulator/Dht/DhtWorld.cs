using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Dht;

/// <summary>
/// A world of DHT nodes and nothing else: real nodes on the virtual clock, a network that delays, loses and cuts datagrams, routers that let in only who was asked. Light
/// enough for ten thousand of them.
/// </summary>
public sealed class DhtWorld
{
    /// <summary>How long a router lets answers in.</summary>
    public static readonly TimeSpan MappingTime = TimeSpan.FromMinutes(2);

    private readonly List<SimDhtNode> _nodes = [];
    private readonly Dictionary<NodeEndpoint, SimDhtNode> _byEndpoint = [];
    private readonly SeededRandom _network;
    private readonly SeededRandom _addresses;
    private ulong _seeds;

    /// <summary>Begins a world without nodes.</summary>
    public DhtWorld(ulong seed)
    {
        World = new SimWorld(seed) { MostHappenings = long.MaxValue };
        _network = World.Fork();
        _addresses = World.Fork();
        _seeds = World.Random.NextUInt64();
    }

    /// <summary>Clock and chance.</summary>
    public SimWorld World { get; }

    /// <summary>Those that live.</summary>
    public IReadOnlyList<SimDhtNode> Nodes => _nodes;

    /// <summary>The share of datagrams that get lost.</summary>
    public double Loss { get; set; } = 0.05;

    /// <summary>Whether a datagram passes from one address to another; null: always.</summary>
    public Func<IPAddress, IPAddress, bool>? Passes { get; set; }

    /// <summary>Datagrams sent.</summary>
    public long Datagrams { get; private set; }

    /// <summary>What nodes may do.</summary>
    public DhtSettings Settings { get; set; } = new();

    /// <summary>Adds a node that knows some others.</summary>
    /// <param name="isBehindRouter">Nobody reaches it whom it has not asked.</param>
    /// <param name="address">Its address, or null for a random one.</param>
    /// <param name="routers">Whom it knows, or null for three random ones that are reached.</param>
    public SimDhtNode Add(bool isBehindRouter = false, IPAddress? address = null, IReadOnlyList<IPEndPoint>? routers = null)
    {
        routers ??= [.. Enumerable.Range(0, 3).Select(_ => AnyReachable()).OfType<SimDhtNode>().Select(static node => node.Endpoint)];
        var node = new SimDhtNode(this, new IPEndPoint(address ?? NextAddress(), 6881), isBehindRouter, _seeds++);
        _nodes.Add(node);
        _byEndpoint.Add(NodeEndpoint.Of(node.Endpoint), node);
        node.Do(now => node.Node.Bootstrap([], routers, now));
        return node;
    }

    /// <summary>Adds many nodes, spread over some time; the first ten are reached by everybody.</summary>
    public void Grow(int count, TimeSpan duration, double behindRouters)
    {
        for (int i = 0; i < count; i++)
        {
            Add(i > 10 && World.Random.Chance(behindRouters));
            World.Run(duration / count);
        }
    }

    /// <summary>Takes a node out of the world at once.</summary>
    public void Kill(SimDhtNode node)
    {
        node.IsAlive = false;
        _nodes.Remove(node);
        _byEndpoint.Remove(NodeEndpoint.Of(node.Endpoint));
    }

    /// <summary>A random node that lives.</summary>
    public SimDhtNode Any() => _nodes[World.Random.Next(_nodes.Count)];

    /// <summary>A random node that everybody reaches, or null.</summary>
    public SimDhtNode? AnyReachable()
    {
        for (int i = 0; i < 100 && _nodes.Count > 0; i++)
        {
            SimDhtNode node = Any();
            if (!node.IsBehindRouter)
                return node;
        }

        return null;
    }

    /// <summary>Replaces random nodes by new ones at a steady pace for as long as the world runs.</summary>
    /// <param name="every">One each time.</param>
    /// <param name="spares">Those that are not replaced.</param>
    /// <param name="behindRouters">The share of newcomers that is behind routers.</param>
    public void Churn(TimeSpan every, Predicate<SimDhtNode> spares, double behindRouters)
        => World.After(every, () =>
        {
            SimDhtNode leaves = Any();
            if (!spares(leaves))
            {
                Kill(leaves);
                Add(World.Random.Chance(behindRouters));
            }

            Churn(every, spares, behindRouters);
        });

    /// <summary>An address of the internet that nobody has.</summary>
    public IPAddress NextAddress()
    {
        while (true)
        {
            var address = new IPAddress((long)(_addresses.NextUInt64() & 0xFFFF_FFFF));
            var endpoint = NodeEndpoint.Of(address, 6881);
            if (Abstractions.AddressRules.Classify(address) == Abstractions.AddressScope.Global && !_byEndpoint.ContainsKey(endpoint))
                return address;
        }
    }

    internal void Carry(SimDhtNode from, IPEndPoint to, ReadOnlyMemory<byte> bytes)
    {
        Datagrams++;
        if (_network.Chance(Loss) || (Passes is { } passes && !passes(from.Endpoint.Address, to.Address)))
            return;
        byte[] copy = bytes.ToArray();
        var target = NodeEndpoint.Of(to);
        World.After(TimeSpan.FromMilliseconds(20 + _network.Next(130)), () =>
        {
            if (_byEndpoint.TryGetValue(target, out SimDhtNode? node))
                node.Receive(from.Endpoint, copy);
        });
    }
}
