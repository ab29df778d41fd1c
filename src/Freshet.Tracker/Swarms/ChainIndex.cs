using System.Numerics;

namespace Freshet.Tracker.Swarms;

/// <summary>
/// Finds positions of an array by a 32-bit hash: chains through the positions, two integers each and nothing allocated while it does not grow. Several
/// positions may have one hash; whoever asks compares.
/// </summary>
internal readonly struct ChainIndex
{
    // Heads and links hold positions plus one: 0 ends a chain.
    private readonly int[] _heads;
    private readonly int[] _links;

    public ChainIndex(int capacity)
    {
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, capacity))];
        _links = new int[capacity];
    }

    /// <summary>The first position of a hash's chain, or -1.</summary>
    public int First(uint hash) => _heads[hash & (uint)(_heads.Length - 1)] - 1;

    /// <summary>The next position of a chain, or -1.</summary>
    public int Next(int position) => _links[position] - 1;

    /// <summary>Puts a position in.</summary>
    public void Add(int position, uint hash)
    {
        ref int head = ref _heads[hash & (uint)(_heads.Length - 1)];
        _links[position] = head;
        head = position + 1;
    }

    /// <summary>Takes a position out; it is in.</summary>
    public void Remove(int position, uint hash)
    {
        ref int link = ref LinkTo(position, hash);
        link = _links[position];
    }

    /// <summary>Makes what was at one position be at another, which is not in.</summary>
    public void Move(int from, int to, uint hash)
    {
        ref int link = ref LinkTo(from, hash);
        _links[to] = _links[from];
        link = to + 1;
    }

    private ref int LinkTo(int position, uint hash)
    {
        ref int link = ref _heads[hash & (uint)(_heads.Length - 1)];
        while (link != position + 1)
            link = ref _links[link - 1];
        return ref link;
    }
}
