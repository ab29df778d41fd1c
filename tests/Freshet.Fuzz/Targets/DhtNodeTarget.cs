using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Fuzz.Targets;

/// <summary>
/// Datagrams to a whole node that has questions out: each goes in as it is, and as an answer to a question under its right transaction id, since guessing one would find
/// nothing. The node lives on through thousands of inputs, so that what it keeps is tried as well.
/// </summary>
public sealed class DhtNodeTarget : IFuzzTarget, IDhtEffects, IPeerSink, IItemSink, ISampleSink
{
    private readonly SeededRandom _random = new(5);
    private readonly List<(IPEndPoint Remote, byte[] Query)> _sent = [];
    private DhtNode _node;
    private MonoTime _now = new(1_000_000_000);
    private int _inputs;
    private int _answering;

    /// <summary>Makes the node.</summary>
    public DhtNodeTarget() => _node = NewNode();

    /// <inheritdoc/>
    public string Name => "dht-node";

    /// <inheritdoc/>
    public int Iterations => 8000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 400_000;

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random) => DhtMessages.Any(random);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (++_inputs % 500 == 0)
            _node = NewNode();
        _now += TimeSpan.FromMilliseconds(_random.Next(2000));
        byte[] datagram = input.ToArray();
        _answering = 0;
        Handle(Stranger(), datagram);

        // The same under the transaction id of a question that waits, from whom it went to.
        if (_sent.Count > 0)
        {
            int last = _random.Next(_sent.Count);
            (IPEndPoint remote, byte[] query) = _sent[last];
            _sent.RemoveAt(last);
            if (KrpcReader.TryRead(query, out KrpcMessage asked) && KrpcReader.TryRead(datagram, out KrpcMessage given))
                Handle(remote, Replace(datagram, given.TransactionId, asked.TransactionId));
        }

        if (_random.Chance(0.1))
            Ask();
        _node.Advance(_now);
        DhtStatistics statistics = _node.GetStatistics(_now);
        FuzzException.Require(statistics.Pending <= 1024 && statistics.Swarms <= 2000 && statistics.Items <= 700, "stores are bounded");
        FuzzException.Require(_node.NextDeadline > _now || statistics.Pending > 0 || statistics.Lookups > 0 || statistics.Nodes > 0, "an idle node sleeps");
    }

    /// <inheritdoc/>
    public void Send(in Datagram datagram)
    {
        FuzzException.Require(datagram.Bytes.Length <= DhtLimits.MaxAnswer, "a datagram fits into a frame");
        FuzzException.Require(KrpcReader.TryRead(datagram.Bytes.Span, out KrpcMessage message), "what is sent can be read");
        if (message.Kind != KrpcKind.Query)
            FuzzException.Require(++_answering <= 2, "a datagram gets one answer");
        else if (_sent.Count < 200)
            _sent.Add((datagram.Remote, datagram.Bytes.ToArray()));
    }

    /// <inheritdoc/>
    public void PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now)
        => FuzzException.Require(peers.Count <= 100, "an answer has at most a hundred peers");

    /// <inheritdoc/>
    public void ItemFound(DhtOperation operation, DhtItem item, MonoTime now)
        => FuzzException.Require(item.Value.Length <= DhtLimits.MaxValue && item.Target == operation.Target, "an item belongs where it was looked for");

    /// <inheritdoc/>
    public void SwarmsFound(DhtOperation operation, NodeContact node, IReadOnlyList<InfoHash> swarms, long known, MonoTime now)
        => FuzzException.Require(known >= swarms.Count, "there are as many as are told");

    /// <inheritdoc/>
    public void Ended(DhtOperation operation, MonoTime now) => FuzzException.Require(operation.IsOver, "what has ended is over");

    private static byte[] Replace(byte[] datagram, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        // The transaction id stands after "1:t" and its length.
        ReadOnlySpan<byte> before = [.. "1:t"u8, .. System.Text.Encoding.ASCII.GetBytes($"{from.Length}:"), .. from];
        int at = datagram.AsSpan().LastIndexOf(before);
        return at < 0
            ? datagram
            : [.. datagram.AsSpan(0, at), .. "1:t"u8, .. System.Text.Encoding.ASCII.GetBytes($"{to.Length}:"), .. to, .. datagram.AsSpan(at + before.Length)];
    }

    private DhtNode NewNode()
    {
        _sent.Clear();
        var node = new DhtNode(IPAddress.Any, null, new DhtSettings(), this, null, new SeededRandom(_random.NextUInt64()), new byte[16], _now);
        node.Bootstrap([], [Stranger(), Stranger(), Stranger()], _now);
        return node;
    }

    private IPEndPoint Stranger() => new(new IPAddress([10, 0, (byte)_random.Next(2), (byte)_random.Next(256)]), 1 + _random.Next(65535));

    private void Handle(IPEndPoint from, byte[] bytes) => _node.Handle(new Datagram(from, bytes), _now);

    private void Ask()
    {
        var target = NodeId.Random(_random);
        _ = _random.Next(5) switch
        {
            0 => _node.FindPeers(target.Swarm, new PeerSearch { AnnouncePort = 1, Scrapes = _random.Chance(0.3) }, this, _now),
            1 => _node.GetItem(target, this, _now),
            2 => _node.PutItem(new DhtItem { Value = "i1e"u8.ToArray() }, null, this, _now),
            3 => _node.Sample(target, this, _now),
            _ => _node.FindNodes(target, this, _now),
        };
    }
}
