using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Routing;

/// <summary>What a Kademlia table asks of what it keeps.</summary>
internal interface IKademliaNode
{
    /// <summary>Where the node stands.</summary>
    NodeId Id { get; }
}

/// <summary>The nodes of one distance: those that are used, longest unheard of first, and spares that stand in for them, newest last.</summary>
internal sealed class KademliaBucket<TNode>
    where TNode : class, IKademliaNode
{
    /// <summary>Nodes in use: Kademlia's k (BEP 5).</summary>
    public const int Capacity = 8;

    /// <summary>Spares: enough that a bucket whose nodes all leave is full again at once.</summary>
    public const int SpareCapacity = 8;

    private readonly List<TNode> _nodes = new(Capacity);
    private readonly List<TNode> _spares = [];

    public IReadOnlyList<TNode> Nodes => _nodes;

    public IReadOnlyList<TNode> Spares => _spares;

    public bool IsFull => _nodes.Count >= Capacity;

    public void Add(TNode node) => _nodes.Add(node);

    /// <summary>Keeps a spare, the newest; the oldest goes where there are too many, and is handed back.</summary>
    public TNode? AddSpare(TNode node)
    {
        TNode? oldest = _spares.Count >= SpareCapacity ? _spares[0] : null;
        if (oldest is not null)
            _spares.RemoveAt(0);
        _spares.Add(node);
        return oldest;
    }

    /// <summary>A node has been heard of: it goes to the end of its row.</summary>
    public void Touch(TNode node)
    {
        List<TNode> row = _nodes.Contains(node) ? _nodes : _spares;
        row.Remove(node);
        row.Add(node);
    }

    public bool Remove(TNode node) => _nodes.Remove(node) || _spares.Remove(node);
}
