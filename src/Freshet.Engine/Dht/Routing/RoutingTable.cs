using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Routing;

/// <summary>What became of a node that was heard of.</summary>
internal enum Admission
{
    /// <summary>It may not be kept: its id does not fit, or its address or its network has its share.</summary>
    Refused,

    /// <summary>It is in use, or was before.</summary>
    Kept,

    /// <summary>It is a spare.</summary>
    Spare,

    /// <summary>There would be room for it once it has answered.</summary>
    Wanted,
}

/// <summary>
/// Who is let into the table: one node an address, few of a network (one in a bucket, eight in all), none whose id does not fit its address (BEP 42), none that has not
/// answered. Who answers stays; a newcomer takes the place of one that does not (THREATS U2).
/// </summary>
internal sealed class RoutingTable
{
    /// <summary>Nodes of one /24, or /48, in the whole table.</summary>
    public const int MaxOfSubnet = 8;

    private readonly SeededKeys _keys;
    private readonly bool _enforcesIds;

    // Only looked up by key.
    private readonly Dictionary<UInt128, KnownNode> _byStranger;
    private SubnetCounts _subnets;
    private KademliaTable<KnownNode> _table;

    public RoutingTable(NodeId own, bool enforcesIds, SeededKeys keys)
    {
        _keys = keys;
        _enforcesIds = enforcesIds;
        _byStranger = new Dictionary<UInt128, KnownNode>(keys);
        _subnets = new SubnetCounts(keys);
        _table = new KademliaTable<KnownNode>(own);
    }

    public NodeId Own => _table.Own;

    /// <summary>Nodes in use.</summary>
    public int Count => _table.Count;

    public IReadOnlyList<KademliaBucket<KnownNode>> Buckets => _table.Buckets;

    /// <summary>Nodes in use, and spares.</summary>
    public int CountWithSpares => _byStranger.Count;

    /// <summary>Whether a node's id may be kept and counted at its address.</summary>
    public bool Fits(NodeContact contact) => !_enforcesIds || NodeIdRules.Fits(contact.Id, contact.Endpoint);

    public KnownNode? Find(NodeEndpoint endpoint)
        => _byStranger.TryGetValue(endpoint.StrangerKey, out KnownNode? node) && node.Endpoint == endpoint ? node : null;

    /// <summary>A node has answered.</summary>
    public Admission Answered(NodeContact contact, MonoTime now)
    {
        if (_byStranger.TryGetValue(contact.Endpoint.StrangerKey, out KnownNode? known))
        {
            if (known.Contact == contact)
            {
                known.Answered(now);
                return Promote(known);
            }

            // Another id at the same place: it has begun anew. Another port of an address: the first who answers has it.
            if (known.Endpoint != contact.Endpoint && known.Failures == 0)
                return Admission.Refused;
            Remove(known);
        }

        if (!MayKeep(contact))
            return Admission.Refused;
        var node = new KnownNode(contact);
        node.Answered(now);
        return Add(node);
    }

    /// <summary>A node has asked us something.</summary>
    public Admission Asked(NodeContact contact, MonoTime now)
    {
        if (_byStranger.TryGetValue(contact.Endpoint.StrangerKey, out KnownNode? known))
        {
            if (known.Contact == contact)
                known.AskedUsAt = now;
            return known.Contact == contact ? Admission.Kept : Admission.Refused;
        }

        return Rumoured(contact);
    }

    /// <summary>Somebody has told of a node.</summary>
    public Admission Rumoured(NodeContact contact)
    {
        if (_byStranger.ContainsKey(contact.Endpoint.StrangerKey) || !MayKeep(contact))
            return Admission.Refused;
        KademliaBucket<KnownNode> bucket = _table.BucketOf(contact.Id);
        return !bucket.IsFull || bucket == _table.Buckets[^1] ? Admission.Wanted : Admission.Refused;
    }

    /// <summary>A node has not answered. True where it was given up for that.</summary>
    public bool Failed(NodeEndpoint endpoint, MonoTime now)
    {
        if (Find(endpoint) is not { } node)
            return false;
        node.Failures++;
        node.CheckedAt = now;
        bool isSpare = !BucketOf(node).Nodes.Contains(node);
        if (node.Failures < KnownNode.MaxFailures && !isSpare)
            return false;
        Remove(node);
        if (!isSpare && Newest(_table.BucketOf(node.Id).Spares) is { } spare)
        {
            // It takes its place, and shows on its turn that it is still there.
            _table.Remove(spare);
            _table.TryAdd(spare);
        }

        return true;
    }

    /// <summary>Finds the nodes nearest to a target that answer, nearest first.</summary>
    public int Closest(NodeId target, Span<KnownNode?> found) => _table.Closest(target, found, static node => node.Failures == 0);

    /// <summary>Finds those that are fit to be told to others: who is reached by others first, anybody where there are too few of those.</summary>
    public int ClosestForOthers(NodeId target, Span<KnownNode?> found)
    {
        int count = _table.Closest(target, found, static node => node is { Failures: 0, IsReachable: true });
        return count == found.Length ? count : Closest(target, found);
    }

    /// <summary>Moves to another place: every node is put into its new bucket.</summary>
    public void MoveTo(NodeId own)
    {
        KnownNode[] nodes = [.. _table.Buckets.SelectMany(static bucket => bucket.Nodes.Concat(bucket.Spares))];
        _table = new KademliaTable<KnownNode>(own);
        _byStranger.Clear();
        _subnets = new SubnetCounts(_keys);
        foreach (KnownNode node in nodes)
        {
            if (MayKeep(node.Contact))
                Add(node);
        }
    }

    private static KnownNode? Newest(IReadOnlyList<KnownNode> row) => row.Count > 0 ? row[^1] : null;

    private KademliaBucket<KnownNode> BucketOf(KnownNode node) => _table.BucketOf(node.Id);

    private bool MayKeep(NodeContact contact)
    {
        if (contact.Id == Own || !contact.Endpoint.IsUsable || !Fits(contact))
            return false;
        UInt128 subnet = contact.Endpoint.Subnet;
        if (_subnets[subnet] >= MaxOfSubnet)
            return false;
        KademliaBucket<KnownNode> bucket = _table.BucketOf(contact.Id);
        return !HasLike(bucket.Nodes, contact.Id, subnet) && !HasLike(bucket.Spares, contact.Id, subnet);
    }

    private static bool HasLike(IReadOnlyList<KnownNode> row, NodeId id, UInt128 subnet)
    {
        for (int i = 0; i < row.Count; i++)
        {
            if (row[i].Id == id || row[i].Endpoint.Subnet == subnet)
                return true;
        }

        return false;
    }

    private Admission Add(KnownNode node)
    {
        bool isKept = _table.TryAdd(node) || TryReplace(node);
        if (!isKept && _table.AddSpare(node) is { } oldest)
            Forget(oldest);
        _byStranger.Add(node.Endpoint.StrangerKey, node);
        _subnets.Add(node.Endpoint.Subnet);
        return isKept ? Admission.Kept : Admission.Spare;
    }

    private Admission Promote(KnownNode node)
    {
        KademliaBucket<KnownNode> bucket = BucketOf(node);
        bucket.Touch(node);
        if (bucket.Nodes.Contains(node))
            return Admission.Kept;
        if (bucket.IsFull && !bucket.Nodes.Any(static other => other.Failures > 1))
            return Admission.Spare;
        Remove(node);
        return Add(node);
    }

    /// <summary>A newcomer that answers takes the place of who has missed two answers in a row.</summary>
    private bool TryReplace(KnownNode node)
    {
        foreach (KnownNode other in BucketOf(node).Nodes)
        {
            if (other.Failures < 2)
                continue;
            Remove(other);
            return _table.TryAdd(node);
        }

        return false;
    }

    private void Remove(KnownNode node)
    {
        _table.Remove(node);
        Forget(node);
    }

    private void Forget(KnownNode node)
    {
        _byStranger.Remove(node.Endpoint.StrangerKey);
        _subnets.Remove(node.Endpoint.Subnet);
    }
}
