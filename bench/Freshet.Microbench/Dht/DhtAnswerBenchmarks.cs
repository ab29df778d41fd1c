using System.Net;
using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Microbench.Dht;

/// <summary>A stranger's question to a DHT node, from its datagram to the datagram of the answer; the node's table is full of others. The floor is to read the datagram.</summary>
public class DhtAnswerBenchmarks
{
    private static readonly IPEndPoint Stranger = new(IPAddress.Parse("99.1.2.3"), 6881);
    private readonly MemoryNetwork _network = new();
    private readonly byte[] _ping;
    private readonly byte[] _findNode;
    private readonly byte[] _getPeers;
    private readonly InfoHash _swarm = NodeId.Random(new SeededRandom(5)).Swarm;

    public DhtAnswerBenchmarks()
    {
        var writer = new KrpcWriter();
        var id = NodeId.Random(new SeededRandom(6));
        _ping = Query(KrpcMethod.Ping, null);
        _findNode = Query(KrpcMethod.FindNode, NodeId.Random(new SeededRandom(7)));
        _getPeers = Query(KrpcMethod.GetPeers, NodeId.Of(_swarm));

        byte[] Query(KrpcMethod method, NodeId? target)
            => writer.Write(new KrpcQuery { Method = method, TransactionId = "abcd"u8, Id = id, Target = target, IsReadOnly = true }).ToArray();
    }

    [GlobalSetup]
    public void Setup()
    {
        _network.Grow(200);
        for (int i = 0; i < 60; i++)
            _network.Nodes[i].FindPeers(_swarm, new PeerSearch { AnnouncePort = 7000 }, new NoSink(), _network.Now);
        _network.Run(TimeSpan.FromSeconds(20));
        _network.Target = _network.Nodes.MaxBy(node => node.GetStatistics(_network.Now).Peers)!;
    }

    [Benchmark(Baseline = true)]
    public bool Read() => KrpcReader.TryRead(_getPeers, out KrpcMessage message) && message.Target is not null;

    [Benchmark]
    public int Ping() => _network.Answer(Stranger, _ping);

    [Benchmark]
    public int FindNode() => _network.Answer(Stranger, _findNode);

    [Benchmark]
    public int GetPeers() => _network.Answer(Stranger, _getPeers);

    private sealed class NoSink : IPeerSink
    {
        public void PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now)
        {
        }

        public void Ended(DhtOperation operation, MonoTime now)
        {
        }
    }

    /// <summary>Nodes that reach each other at once.</summary>
    private sealed class MemoryNetwork
    {
        private readonly Dictionary<IPEndPoint, DhtNode> _byEndpoint = [];
        private readonly Queue<(IPEndPoint From, IPEndPoint To, byte[] Bytes)> _underWay = new();
        private int _answerBytes;

        public List<DhtNode> Nodes { get; } = [];

        public MonoTime Now { get; private set; } = new(1_000_000_000_000);

        public DhtNode? Target { get; set; }

        public void Grow(int count)
        {
            var settings = new DhtSettings { AnswerRate = 0, StrangerRate = 0 };
            for (int i = 0; i < count; i++)
            {
                var endpoint = new IPEndPoint(new IPAddress([(byte)(20 + (i % 50)), (byte)(i / 50), 1, 1]), 6881);
                var node = new DhtNode(endpoint.Address, null, settings, new Wire(this, endpoint), null, new SeededRandom((ulong)i), new byte[16], Now);
                _byEndpoint.Add(endpoint, node);
                Nodes.Add(node);
                node.Bootstrap([], [_byEndpoint.Keys.ElementAt(i / 2)], Now);
                Run(TimeSpan.FromSeconds(1));
            }

            Run(TimeSpan.FromMinutes(5));
        }

        public void Run(TimeSpan duration)
        {
            for (MonoTime end = Now + duration; Now < end; Now += TimeSpan.FromMilliseconds(500))
            {
                foreach (DhtNode node in Nodes)
                    node.Advance(Now);
                while (_underWay.TryDequeue(out (IPEndPoint From, IPEndPoint To, byte[] Bytes) sent))
                {
                    if (_byEndpoint.TryGetValue(sent.To, out DhtNode? node))
                        node.Handle(new Datagram(sent.From, sent.Bytes), Now);
                }
            }
        }

        public int Answer(IPEndPoint from, byte[] query)
        {
            _answerBytes = 0;
            Target!.Handle(new Datagram(from, query), Now);
            return _answerBytes;
        }

        private sealed class Wire(MemoryNetwork network, IPEndPoint from) : IDhtEffects
        {
            public void Send(in Datagram datagram)
            {
                network._answerBytes = datagram.Bytes.Length;
                if (network.Target is null)
                    network._underWay.Enqueue((from, datagram.Remote, datagram.Bytes.ToArray()));
            }
        }
    }
}
