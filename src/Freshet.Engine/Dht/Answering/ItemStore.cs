using Freshet.Core;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Answering;

/// <summary>Items that were put at us (BEP 44), for two hours. Bounded in all and for each stranger (THREATS U4); where there are too many, the one that is farthest from us of a handful goes.</summary>
internal sealed class ItemStore(DhtCore core)
{
    /// <summary>How long an item holds that nobody puts again (BEP 44).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    private const int Picks = 8;

    private readonly Dictionary<NodeId, StoredItem> _byTarget = new(core.Keys);
    private readonly List<StoredItem> _items = [];
    private readonly SubnetCounts _ofStranger = new(core.Keys);

    public int Count => _items.Count;

    public StoredItem? Find(NodeId target, MonoTime now)
    {
        if (!_byTarget.TryGetValue(target, out StoredItem? item))
            return null;
        if (now < item.Until)
            return item;
        Remove(item);
        return null;
    }

    /// <summary>Keeps an item, in place of the one that was there. False where a limit forbids it.</summary>
    public bool Put(NodeId target, DhtItem item, UInt128 stranger, MonoTime now)
    {
        StoredItem? before = Find(target, now);
        if (before is not null && before.Item.Value.Span.SequenceEqual(item.Value.Span) && before.Item.Sequence == item.Sequence)
        {
            before.Until = now + Lifetime;
            return true;
        }

        if (_ofStranger[stranger] >= core.Settings.MaxOfStranger)
            return false;
        if (before is not null)
            Remove(before);
        else if (_items.Count >= core.Settings.MaxItems)
            Remove(Farthest());
        var stored = new StoredItem(target, item, stranger, _items.Count) { Until = now + Lifetime };
        _items.Add(stored);
        _byTarget.Add(target, stored);
        _ofStranger.Add(stranger);
        return true;
    }

    /// <summary>Forgets all whose time is over.</summary>
    public void Prune(MonoTime now)
    {
        for (int i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i].Until <= now)
                Remove(_items[i]);
        }
    }

    private StoredItem Farthest()
    {
        StoredItem farthest = _items[core.Random.Next(_items.Count)];
        for (int i = 1; i < Picks; i++)
        {
            StoredItem other = _items[core.Random.Next(_items.Count)];
            if (core.Id.CompareDistance(other.Target, farthest.Target) > 0)
                farthest = other;
        }

        return farthest;
    }

    private void Remove(StoredItem item)
    {
        _ofStranger.Remove(item.Stranger);
        _byTarget.Remove(item.Target);
        StoredItem last = _items[^1];
        _items[item.Index] = last;
        last.Index = item.Index;
        _items.RemoveAt(_items.Count - 1);
    }
}

/// <summary>An item that was put at us.</summary>
internal sealed class StoredItem(NodeId target, DhtItem item, UInt128 stranger, int index)
{
    public NodeId Target => target;

    public DhtItem Item => item;

    /// <summary>Who put it.</summary>
    public UInt128 Stranger => stranger;

    public MonoTime Until { get; set; }

    /// <summary>The place in the store's list.</summary>
    public int Index { get; set; } = index;
}
