using Freshet.Core;
using Freshet.Engine.Dht.Lookups;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>
/// Our nodes of the DHT as one: one for each local address (BEP 45), of both families (BEP 32). Each has an id and a table of its own; what is looked for is looked for
/// by all at the same time.
/// </summary>
public sealed class DhtNodes
{
    private readonly List<DhtNode> _nodes = [];

    /// <summary>The nodes, in the order in which they were added.</summary>
    public IReadOnlyList<DhtNode> Nodes => _nodes;

    /// <summary>When <see cref="Advance"/> wants to be called, at the latest.</summary>
    public MonoTime NextDeadline
    {
        get
        {
            MonoTime next = MonoTime.Never;
            for (int i = 0; i < _nodes.Count; i++)
                next = MonoTime.Min(next, _nodes[i].NextDeadline);
            return next;
        }
    }

    /// <summary>Adds the node of a local address. The first ones of the two families tell askers of each other's nodes.</summary>
    public void Add(DhtNode node)
    {
        DhtNode? sibling = _nodes.Find(other => other.AddressFamily != node.AddressFamily);
        _nodes.Add(node);
        if (sibling is null)
            return;
        node.Join(sibling);
        sibling.Join(node);
    }

    /// <summary>Time has passed: every node does what is due.</summary>
    public void Advance(MonoTime now)
    {
        for (int i = 0; i < _nodes.Count; i++)
            _nodes[i].Advance(now);
    }

    /// <summary>Puts other settings into force.</summary>
    public void Apply(DhtSettings settings)
    {
        foreach (DhtNode node in _nodes)
            node.Apply(settings);
    }

    /// <summary>Looks for the peers of a swarm (<see cref="DhtNode.FindPeers"/>).</summary>
    public DhtOperation FindPeers(InfoHash swarm, PeerSearch search, IPeerSink sink, MonoTime now)
        => Start(new DhtOperation(NodeId.Of(swarm), sink, now), (host, operation) => new PeerLookup(host, operation, search, sink), now);

    /// <summary>Looks for the nodes nearest to a point (<see cref="DhtNode.FindNodes"/>).</summary>
    public DhtOperation FindNodes(NodeId target, IDhtSink sink, MonoTime now)
        => Start(new DhtOperation(target, sink, now), static (host, operation) => new NodeLookup(host, operation), now);

    /// <summary>Looks for an immutable item (<see cref="DhtNode.GetItem(NodeId, IItemSink, MonoTime)"/>).</summary>
    public DhtOperation GetItem(NodeId target, IItemSink sink, MonoTime now)
        => Start(new DhtOperation(target, sink, now), (host, operation) => new ItemLookup(host, operation, default, default, sink), now);

    /// <summary>Looks for the newest item of a key (<see cref="DhtNode.GetItem(ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, IItemSink, MonoTime)"/>).</summary>
    public DhtOperation GetItem(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> salt, IItemSink sink, MonoTime now)
        => Start(
            new DhtOperation(DhtItem.TargetOf(key.Span, salt.Span), sink, now), (host, operation) => new ItemLookup(host, operation, key, salt, sink), now);

    /// <summary>Puts an item (<see cref="DhtNode.PutItem"/>).</summary>
    public DhtOperation PutItem(DhtItem item, long? cas, IDhtSink sink, MonoTime now)
        => Start(new DhtOperation(item.Target, sink, now), (host, operation) => new PutLookup(host, operation, item, cas), now);

    /// <summary>Asks the nodes on the way to a point which swarms they know (<see cref="DhtNode.Sample"/>).</summary>
    public DhtOperation Sample(NodeId target, ISampleSink sink, MonoTime now)
        => Start(new DhtOperation(target, sink, now), (host, operation) => new SampleLookup(host, operation, sink), now);

    private DhtOperation Start(DhtOperation operation, Func<LookupHost, DhtOperation, Lookup> make, MonoTime now)
    {
        if (_nodes.Count == 0)
            throw new InvalidOperationException("There is no node.");

        // All are counted in before the first one runs: one that ends at once must not end the whole.
        Lookup[] lookups = [.. _nodes.Select(node => make(node.Host, operation))];
        foreach (Lookup lookup in lookups)
            operation.Add(lookup);
        for (int i = 0; i < lookups.Length; i++)
            _nodes[i].Host.Start(lookups[i], now);
        return operation;
    }
}
