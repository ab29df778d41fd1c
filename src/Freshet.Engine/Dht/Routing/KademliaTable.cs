using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Routing;

/// <summary>
/// Kademlia's table: bucket <c>i</c> holds nodes that share exactly <c>i</c> bits with us, the last one all that share more. It knows distances and nothing else: who is
/// let in, who is alive and who asks whom is the business of its user (<see cref="RoutingTable"/>).
/// </summary>
internal sealed class KademliaTable<TNode>(NodeId own)
    where TNode : class, IKademliaNode
{
    private readonly List<KademliaBucket<TNode>> _buckets = [new KademliaBucket<TNode>()];

    /// <summary>Where we stand.</summary>
    public NodeId Own => own;

    public IReadOnlyList<KademliaBucket<TNode>> Buckets => _buckets;

    /// <summary>Nodes in use.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the bucket that an id belongs to.</summary>
    public int IndexOf(NodeId id) => Math.Min(own.CommonPrefix(id), _buckets.Count - 1);

    public KademliaBucket<TNode> BucketOf(NodeId id) => _buckets[IndexOf(id)];

    /// <summary>Adds a node where there is room, if need be by splitting the last bucket. An equal id must not be there yet.</summary>
    public bool TryAdd(TNode node)
    {
        KademliaBucket<TNode> bucket = BucketOf(node.Id);
        while (bucket.IsFull && bucket == _buckets[^1] && _buckets.Count < NodeId.Bits)
        {
            Split(bucket);
            bucket = BucketOf(node.Id);
        }

        if (bucket.IsFull)
            return false;
        bucket.Add(node);
        Count++;
        return true;
    }

    /// <summary>Keeps a node for later. Gives the one that had to go for it, or null.</summary>
    public TNode? AddSpare(TNode node) => BucketOf(node.Id).AddSpare(node);

    /// <summary>Takes a node out, in use or spare.</summary>
    public void Remove(TNode node)
    {
        KademliaBucket<TNode> bucket = BucketOf(node.Id);
        int before = bucket.Nodes.Count;
        bucket.Remove(node);
        Count -= before - bucket.Nodes.Count;
    }

    /// <summary>
    /// Finds the nodes nearest to a target, nearest first. Those of the target's own bucket come first, then those nearer to us than that, then the others outwards;
    /// so most of the table is not looked at.
    /// </summary>
    /// <param name="target">The target.</param>
    /// <param name="found">Takes them; its length is how many are wanted.</param>
    /// <param name="choice">Which nodes count.</param>
    /// <returns>How many there are.</returns>
    public int Closest(NodeId target, Span<TNode?> found, Predicate<TNode> choice)
    {
        int index = IndexOf(target);
        int count = Take(_buckets[index], target, found, 0, choice);
        if (count < found.Length)
        {
            for (int i = index + 1; i < _buckets.Count; i++)
                count = Take(_buckets[i], target, found, count, choice);
        }

        for (int i = index - 1; i >= 0 && count < found.Length; i--)
            count = Take(_buckets[i], target, found, count, choice);
        return count;
    }

    private static int Take(KademliaBucket<TNode> bucket, NodeId target, Span<TNode?> found, int count, Predicate<TNode> choice)
    {
        for (int n = 0; n < bucket.Nodes.Count; n++)
        {
            TNode node = bucket.Nodes[n];
            if (!choice(node))
                continue;
            int place = count;
            while (place > 0 && target.CompareDistance(node.Id, found[place - 1]!.Id) < 0)
                place--;
            if (place == found.Length)
                continue;
            int last = Math.Min(count, found.Length - 1);
            found[place..last].CopyTo(found[(place + 1)..]);
            found[place] = node;
            count = last + 1;
        }

        return count;
    }

    private void Split(KademliaBucket<TNode> bucket)
    {
        int bits = _buckets.Count - 1;
        var next = new KademliaBucket<TNode>();
        _buckets.Add(next);
        foreach (TNode node in bucket.Nodes.Concat(bucket.Spares).Where(node => own.CommonPrefix(node.Id) > bits).ToArray())
        {
            bool isSpare = bucket.Spares.Contains(node);
            bucket.Remove(node);
            if (isSpare)
                next.AddSpare(node);
            else
                next.Add(node);
        }
    }
}
