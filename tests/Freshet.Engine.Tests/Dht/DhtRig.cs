using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>Some nodes that reach each other at once, a clock that is moved by hand, and strangers that a test speaks for.</summary>
internal sealed class DhtRig
{
    private readonly Dictionary<IPEndPoint, DhtNode> _nodes = [];
    private readonly Queue<(IPEndPoint From, IPEndPoint To, byte[] Bytes)> _underWay = new();
    private ulong _seed = 1;

    public MonoTime Now { get; private set; } = new(1_000_000_000_000);

    /// <summary>What went to endpoints where no node is.</summary>
    public List<(IPEndPoint From, IPEndPoint To, byte[] Bytes)> ToStrangers { get; } = [];

    /// <summary>Every datagram that was sent.</summary>
    public int Datagrams { get; private set; }

    public List<IPAddress> AddressesSeen { get; } = [];

    public DhtNode Node(string endpoint, DhtSettings? settings = null, NodeId? id = null)
    {
        var at = IPEndPoint.Parse(endpoint);
        byte[] secret = new byte[16];
        secret[0] = (byte)_seed;
        var node = new DhtNode(at.Address, id, settings ?? new DhtSettings(), new Wire(this, at), FakeSignatures.Instance, new SeededRandom(_seed++), secret, Now);
        _nodes.Add(at, node);
        return node;
    }

    /// <summary>Many nodes of one network that know each other.</summary>
    public DhtNode[] Network(int count, Func<int, string>? endpoint = null, DhtSettings? settings = null)
    {
        endpoint ??= static i => $"{20 + (i % 100)}.{i / 100}.1.1:6881";
        DhtNode[] nodes = [.. Enumerable.Range(0, count).Select(i => Node(endpoint(i), settings))];
        for (int i = 0; i < count; i++)
            nodes[i].Bootstrap([], [IPEndPoint.Parse(endpoint(0)), IPEndPoint.Parse(endpoint(i / 2))], Now);
        Run(TimeSpan.FromMinutes(5));
        return nodes;
    }

    public void Remove(string endpoint) => _nodes.Remove(IPEndPoint.Parse(endpoint));

    /// <summary>Whether datagrams are carried at all.</summary>
    public bool IsCut { get; set; }

    /// <summary>Lets a stranger send something to a node, and carries everything to its end.</summary>
    public void Send(string from, string to, ReadOnlySpan<byte> bytes)
    {
        _underWay.Enqueue((IPEndPoint.Parse(from), IPEndPoint.Parse(to), bytes.ToArray()));
        Settle();
    }

    /// <summary>What a node answers to a stranger's question, or null.</summary>
    public byte[]? Ask(string from, string to, in KrpcQuery query)
    {
        ToStrangers.Clear();
        Send(from, to, new KrpcWriter().Write(query).Span);
        var stranger = IPEndPoint.Parse(from);
        return ToStrangers.Where(sent => sent.To.Equals(stranger) && KrpcReader.TryRead(sent.Bytes, out KrpcMessage message) && message.Kind != KrpcKind.Query)
            .Select(static sent => sent.Bytes).FirstOrDefault();
    }

    /// <summary>Carries every datagram to its end.</summary>
    public void Settle()
    {
        while (_underWay.TryDequeue(out (IPEndPoint From, IPEndPoint To, byte[] Bytes) sent))
        {
            if (IsCut)
                continue;
            if (_nodes.TryGetValue(sent.To, out DhtNode? node))
                node.Handle(new Datagram(sent.From, sent.Bytes), Now);
            else
                ToStrangers.Add(sent);
        }
    }

    /// <summary>Lets time pass; nodes are woken when they want to be.</summary>
    public void Run(TimeSpan duration)
    {
        MonoTime end = Now + duration;
        Settle();
        while (true)
        {
            MonoTime next = MonoTime.Never;
            foreach (DhtNode node in _nodes.Values)
                next = MonoTime.Min(next, node.NextDeadline);
            if (next > end)
                break;
            Now = MonoTime.Max(Now, next);
            foreach (DhtNode node in _nodes.Values.ToArray())
            {
                if (node.NextDeadline <= Now)
                    node.Advance(Now);
            }

            Settle();
        }

        Now = end;
    }

    private sealed class Wire(DhtRig rig, IPEndPoint from) : IDhtEffects
    {
        public void Send(in Datagram datagram)
        {
            rig.Datagrams++;
            rig._underWay.Enqueue((from, datagram.Remote, datagram.Bytes.ToArray()));
        }

        public void AddressSeen(IPAddress own) => rig.AddressesSeen.Add(own);
    }
}
