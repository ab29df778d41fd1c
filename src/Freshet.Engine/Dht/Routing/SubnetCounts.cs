namespace Freshet.Engine.Dht.Routing;

/// <summary>Counts by a key that strangers hold many of; a count of nought takes no room.</summary>
internal sealed class SubnetCounts(SeededKeys keys)
{
    private readonly Dictionary<UInt128, int> _counts = new(keys);

    public int this[UInt128 key] => _counts.GetValueOrDefault(key);

    public void Add(UInt128 key) => _counts[key] = this[key] + 1;

    public void Remove(UInt128 key)
    {
        int left = this[key] - 1;
        if (left > 0)
            _counts[key] = left;
        else
            _counts.Remove(key);
    }
}
