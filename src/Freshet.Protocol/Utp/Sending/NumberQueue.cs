using System.Buffers;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>Numbers of packets, first in, first out, each with a time; rented while there are any. A field, never a copy.</summary>
internal struct NumberQueue
{
    private (long Number, long At)[]? _items;
    private int _head;
    private int _count;

    /// <summary>Whether there is none.</summary>
    public readonly bool IsEmpty => _count == 0;

    /// <summary>The first.</summary>
    public readonly (long Number, long At) First => _items![_head];

    /// <summary>Adds one behind the others.</summary>
    public void Add(long number, long at)
    {
        if (_items is null || _count == _items.Length)
            Grow();
        int tail = _head + _count++;
        _items![tail < _items.Length ? tail : tail - _items.Length] = (number, at);
    }

    /// <summary>Drops the first.</summary>
    public void Drop()
    {
        if (++_head == _items!.Length)
            _head = 0;
        if (--_count == 0)
            Clear();
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        if (_items is not null)
            ArrayPool<(long, long)>.Shared.Return(_items);
        _items = null;
        _head = 0;
        _count = 0;
    }

    private void Grow()
    {
        (long, long)[] larger = ArrayPool<(long, long)>.Shared.Rent(Math.Max(64, _count * 2));
        for (int i = 0; i < _count; i++)
            larger[i] = _items![(_head + i) % _items.Length];
        int count = _count;
        Clear();
        _items = larger;
        _count = count;
    }
}
