using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>What all parts of a node share.</summary>
internal sealed class DhtCore(AddressFamily family, DhtSettings settings, IDhtEffects effects, IEd25519? signatures, SeededRandom random, SeededKeys keys)
{
    public AddressFamily Family => family;

    public DhtSettings Settings { get; set; } = settings;

    /// <summary>Where we stand.</summary>
    public NodeId Id { get; set; }

    public IEd25519? Signatures => signatures;

    public SeededRandom Random => random;

    public SeededKeys Keys => keys;

    public IDhtEffects Effects => effects;

    public KrpcWriter Writer { get; } = new();

    public DhtCounters Counters { get; } = new();

    /// <summary>Bytes of a compact node of our family.</summary>
    public int NodeLength => family == AddressFamily.InterNetwork ? NodeContact.Length4 : NodeContact.Length6;

    /// <summary>Our node of the other family, or null (BEP 32).</summary>
    public IFamilySibling? Sibling { get; set; }

    /// <summary>How a query asks for nodes of our family, and of the other one where our node there knows few.</summary>
    public KrpcWant Want
    {
        get
        {
            KrpcWant own = family == AddressFamily.InterNetwork ? KrpcWant.Nodes4 : KrpcWant.Nodes6;
            return Sibling is { NeedsNodes: true } ? KrpcWant.Nodes4 | KrpcWant.Nodes6 : own;
        }
    }

    /// <summary>The nodes of our family in an answer.</summary>
    public CompactNodes NodesOf(in KrpcMessage answer)
        => new(family == AddressFamily.InterNetwork ? answer.Nodes4 : answer.Nodes6, NodeLength);

    /// <summary>The nodes of the other family in an answer.</summary>
    public CompactNodes OtherNodesOf(in KrpcMessage answer)
        => family == AddressFamily.InterNetwork ? new(answer.Nodes6, NodeContact.Length6) : new(answer.Nodes4, NodeContact.Length4);

    public void Send(IPEndPoint remote, ReadOnlyMemory<byte> datagram)
    {
        Counters.BytesOut += datagram.Length;
        Counters.DatagramsOut++;
        effects.Send(new Datagram(remote, datagram));
    }
}

/// <summary>A node of ours of the other family.</summary>
internal interface IFamilySibling
{
    /// <summary>Whether it knows so few nodes that others are asked for some on its behalf.</summary>
    bool NeedsNodes { get; }

    /// <summary>Somebody has told of a node of its family.</summary>
    void Rumoured(NodeContact node, MonoTime now);

    /// <summary>Writes the nodes that it knows nearest to a target, for others.</summary>
    int WriteNearest(NodeId target, Span<byte> nodes);
}

/// <summary>What a node has counted since its start.</summary>
internal sealed class DhtCounters
{
    public long QueriesOut { get; set; }

    public long QueriesIn { get; set; }

    public long AnswersIn { get; set; }

    public long ErrorsIn { get; set; }

    public long DatagramsOut { get; set; }

    public long DatagramsIn { get; set; }

    public long BytesOut { get; set; }

    public long BytesIn { get; set; }

    public long AnswerBytesOut { get; set; }

    public long TimeOuts { get; set; }

    public long Dropped { get; set; }

    public long Malformed { get; set; }
}
