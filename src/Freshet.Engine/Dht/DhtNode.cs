using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht.Answering;
using Freshet.Engine.Dht.Asking;
using Freshet.Engine.Dht.Lookups;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>
/// A node of the DHT at one local address (BEP 5, 32, 33, 42 to 45, 51), without I/O: datagrams and the time go in, datagrams come out through
/// <see cref="IDhtEffects"/>. The same calls with the same seed give the same datagrams. After each batch of calls see <see cref="NextDeadline"/>. Private torrents are
/// never to be asked for here: that is the caller's to see to.
/// </summary>
public sealed class DhtNode
{
    private readonly DhtCore _core;
    private readonly RoutingTable _table;
    private readonly Queries _queries;
    private readonly LookupHost _host;
    private readonly Responder _responder;
    private readonly Upkeep _upkeep;
    private readonly Family _family;

    /// <summary>Makes a node that knows nobody.</summary>
    /// <param name="local">Its local address, or the any-address of its family.</param>
    /// <param name="id">Where it stood before, or null. Where the address is a global one and the id does not fit it, another is drawn (BEP 42).</param>
    /// <param name="settings">What it may do.</param>
    /// <param name="effects">Who carries datagrams out.</param>
    /// <param name="signatures">Who checks signatures, or null where the machine has none: mutable items are refused then.</param>
    /// <param name="random">The source of every random choice.</param>
    /// <param name="secret">At least 16 secret random bytes: tokens and numbers that strangers must not guess come from them.</param>
    /// <param name="now">The time.</param>
    public DhtNode(
        IPAddress local,
        NodeId? id,
        DhtSettings settings,
        IDhtEffects effects,
        IEd25519? signatures,
        SeededRandom random,
        ReadOnlySpan<byte> secret,
        MonoTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 16, nameof(secret));
        byte[] seeds = SHA256.HashData(secret);
        var keys = new SeededKeys(BinaryPrimitives.ReadUInt64LittleEndian(seeds));
        var address = NodeEndpoint.Of(local, 0);
        _core = new DhtCore(address.Family, settings, effects, signatures, random, keys);
        NodeId own = id ?? NodeId.Random(random);
        _core.Id = NodeIdRules.Fits(own, address) ? own : NodeIdRules.Generate(address, random);
        _table = new RoutingTable(_core.Id, settings.EnforcesNodeIds, keys);
        _queries = new Queries(_core, BinaryPrimitives.ReadUInt64LittleEndian(seeds.AsSpan(8)));
        _host = new LookupHost(_core, _table, _queries);
        _responder = new Responder(_core, _table, seeds.AsSpan(16), now);
        _upkeep = new Upkeep(_host) { Moved = MoveTo };
        _queries.Observer = _upkeep;
        _family = new Family(this);
    }

    /// <summary>Where it stands.</summary>
    public NodeId Id => _core.Id;

    /// <summary>The family of its addresses.</summary>
    public AddressFamily AddressFamily => _core.Family;

    /// <summary>What it may do.</summary>
    public DhtSettings Settings => _core.Settings;

    /// <summary>When <see cref="Advance"/> wants to be called, at the latest.</summary>
    public MonoTime NextDeadline => MonoTime.Min(_queries.Next, _upkeep.Next);

    internal DhtCore Core => _core;

    internal LookupHost Host => _host;

    internal RoutingTable Table => _table;

    internal Responder Responder => _responder;

    /// <summary>Puts other settings into force; whether ids are enforced stays as it is.</summary>
    public void Apply(DhtSettings settings) => _core.Settings = settings with { EnforcesNodeIds = _core.Settings.EnforcesNodeIds };

    /// <summary>Finds the way in. May be called again as more is known.</summary>
    /// <param name="saved">Nodes of an earlier run (<see cref="Export"/>).</param>
    /// <param name="routers">Nodes that are known by address alone: those of a torrent file, or of a setting.</param>
    /// <param name="now">The time.</param>
    public void Bootstrap(IEnumerable<NodeContact> saved, IEnumerable<IPEndPoint> routers, MonoTime now)
    {
        foreach (NodeContact node in saved)
            _host.AddSaved(node);
        foreach (IPEndPoint router in routers)
            _host.AddRouter(NodeEndpoint.Of(router));
        _upkeep.Begin(now);
    }

    /// <summary>A node is said to be somewhere: a peer's <c>port</c> message. It is asked, and kept if it answers and there is use for it.</summary>
    public void AddNode(IPEndPoint node, MonoTime now)
    {
        var endpoint = NodeEndpoint.Of(node);
        if (endpoint.IsUsable && endpoint.Family == _core.Family && _table.Find(endpoint) is null)
            _upkeep.Verify(endpoint, now);
    }

    /// <summary>The nodes that are worth to be remembered until the next run.</summary>
    public IReadOnlyList<NodeContact> Export()
        => [.. _table.Buckets.SelectMany(static bucket => bucket.Nodes).Where(static node => node.Failures == 0).Select(static node => node.Contact)];

    /// <summary>A datagram came in. Its bytes are valid during the call only.</summary>
    public void Handle(in Datagram datagram, MonoTime now)
    {
        _core.Counters.DatagramsIn++;
        _core.Counters.BytesIn += datagram.Bytes.Length;
        var remote = NodeEndpoint.Of(datagram.Remote);
        if (remote.Family != _core.Family || !remote.IsUsable || !KrpcReader.TryRead(datagram.Bytes.Span, out KrpcMessage message))
        {
            _core.Counters.Malformed++;
            return;
        }

        if (message.Kind == KrpcKind.Query)
            HandleQuery(datagram.Remote, remote, message, now);
        else if (!_queries.Handle(datagram.Remote, message, now))
            _core.Counters.Malformed++;
    }

    /// <summary>Time has passed: does what is due.</summary>
    public void Advance(MonoTime now)
    {
        _queries.Advance(now);
        _upkeep.Advance(now);
        _responder.Prune(now);
    }

    /// <summary>Looks for the peers of a swarm.</summary>
    public DhtOperation FindPeers(InfoHash swarm, PeerSearch search, IPeerSink sink, MonoTime now)
    {
        var operation = new DhtOperation(NodeId.Of(swarm), sink, now);
        return Start(new PeerLookup(_host, operation, search, sink), now);
    }

    /// <summary>Looks for the nodes nearest to a point.</summary>
    public DhtOperation FindNodes(NodeId target, IDhtSink sink, MonoTime now)
    {
        var operation = new DhtOperation(target, sink, now);
        return Start(new NodeLookup(_host, operation), now);
    }

    /// <summary>Looks for an immutable item (BEP 44).</summary>
    public DhtOperation GetItem(NodeId target, IItemSink sink, MonoTime now)
    {
        var operation = new DhtOperation(target, sink, now);
        return Start(new ItemLookup(_host, operation, default, default, sink), now);
    }

    /// <summary>Looks for the newest item of a key (BEP 44).</summary>
    /// <param name="key">The public key, 32 bytes.</param>
    /// <param name="salt">The salt, or empty.</param>
    /// <param name="sink">Takes what is found.</param>
    /// <param name="now">The time.</param>
    public DhtOperation GetItem(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> salt, IItemSink sink, MonoTime now)
    {
        var operation = new DhtOperation(DhtItem.TargetOf(key.Span, salt.Span), sink, now);
        return Start(new ItemLookup(_host, operation, key, salt, sink), now);
    }

    /// <summary>Puts an item (BEP 44); to be done again within two hours for as long as it is to be found.</summary>
    /// <param name="item">The item, signed if it is mutable.</param>
    /// <param name="cas">The number that the item must have so far, or null.</param>
    /// <param name="sink">Is told of the end.</param>
    /// <param name="now">The time.</param>
    public DhtOperation PutItem(DhtItem item, long? cas, IDhtSink sink, MonoTime now)
    {
        var operation = new DhtOperation(item.Target, sink, now);
        return Start(new PutLookup(_host, operation, item, cas), now);
    }

    /// <summary>Asks the nodes on the way to a point which swarms they know (BEP 51).</summary>
    public DhtOperation Sample(NodeId target, ISampleSink sink, MonoTime now)
    {
        var operation = new DhtOperation(target, sink, now);
        return Start(new SampleLookup(_host, operation, sink), now);
    }

    /// <summary>Asks one node whether it is there.</summary>
    public DhtOperation Ping(IPEndPoint node, IDhtSink sink, MonoTime now)
    {
        var operation = new DhtOperation(default, sink, now);
        new SingleQuery(_queries, operation).Begin(NodeEndpoint.Of(node), now);
        return operation;
    }

    /// <summary>The node at this moment.</summary>
    public DhtStatistics GetStatistics(MonoTime now) => new()
    {
        Id = Id,
        External = _upkeep.External.ToIPAddress(),
        Nodes = _table.Count,
        GoodNodes = _table.Buckets.Sum(bucket => bucket.Nodes.Count(node => node.IsGood(now))),
        SpareNodes = _table.CountWithSpares - _table.Count,
        Buckets = _table.Buckets.Count,
        Swarms = _responder.Peers.Swarms.Count,
        Peers = _responder.Peers.Peers,
        Items = _responder.Items.Count,
        Lookups = _host.Count,
        Pending = _queries.Count,
        QueriesOut = _core.Counters.QueriesOut,
        QueriesIn = _core.Counters.QueriesIn,
        AnswersIn = _core.Counters.AnswersIn,
        ErrorsIn = _core.Counters.ErrorsIn,
        DatagramsOut = _core.Counters.DatagramsOut,
        DatagramsIn = _core.Counters.DatagramsIn,
        BytesOut = _core.Counters.BytesOut,
        BytesIn = _core.Counters.BytesIn,
        AnswerBytesOut = _core.Counters.AnswerBytesOut,
        TimeOuts = _core.Counters.TimeOuts,
        Dropped = _core.Counters.Dropped,
        Malformed = _core.Counters.Malformed,
        LateAfter = _queries.Times.Late,
    };

    /// <summary>Tells the node of another of ours, of the other family (BEP 32).</summary>
    internal void Join(DhtNode sibling) => _core.Sibling = sibling._family;

    private DhtOperation Start(Lookup lookup, MonoTime now)
    {
        lookup.Operation.Add(lookup);
        _host.Start(lookup, now);
        return lookup.Operation;
    }

    private void HandleQuery(IPEndPoint remote, NodeEndpoint asker, in KrpcMessage query, MonoTime now)
    {
        _core.Counters.QueriesIn++;
        if (_core.Settings.IsReadOnly)
            return;
        if (!_responder.Allows(asker, now))
        {
            _core.Counters.Dropped++;
            return;
        }

        _responder.Handle(remote, asker, query, now);
        if (query.Id is { } id && !query.IsReadOnly)
            _upkeep.AskedUs(new NodeContact(id, asker), now);
    }

    /// <summary>Most see us at another address than our id fits: we take another, and the table moves along.</summary>
    private void MoveTo(NodeEndpoint external)
    {
        _core.Effects.AddressSeen(external.ToIPEndPoint().Address);
        if (NodeIdRules.Fits(_core.Id, external))
            return;
        _core.Id = NodeIdRules.Generate(external, _core.Random);
        _table.MoveTo(_core.Id);
    }

    private sealed class Family(DhtNode node) : IFamilySibling
    {
        public bool NeedsNodes => node._table.Count < KademliaBucket<KnownNode>.Capacity;

        public void Rumoured(NodeContact contact, MonoTime now) => node._upkeep.Rumoured(contact, now);

        public int WriteNearest(NodeId target, Span<byte> nodes) => node._responder.WriteNearest(target, nodes);
    }
}
