using System.Buffers;
using System.Numerics;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// What one connection was asked for and has not answered: a hash table with open addressing in a rented array, O(1) for each call. It
/// holds no array while nothing is outstanding. Ranges are our own, so nobody can choose them to collide.
/// </summary>
internal sealed class OutstandingRequests
{
    // The request window's first size (32) at a load of a half.
    private const int FirstCapacity = 64;

    private BlockRange[]? _slots;
    private int _mask;

    /// <summary>How many requests are outstanding.</summary>
    public int Count { get; private set; }

    /// <summary>Remembers a request.</summary>
    /// <returns>False where it is there already.</returns>
    public bool Add(BlockRange range)
    {
        if (_slots is null || Count * 2 >= _mask + 1)
            Grow();
        int slot = Find(range);
        if (_slots![slot].Length != 0)
            return false;
        _slots[slot] = range;
        Count++;
        return true;
    }

    /// <summary>Forgets a request.</summary>
    /// <returns>False where exactly this range was not asked for.</returns>
    public bool Remove(BlockRange range)
    {
        if (Count == 0)
            return false;
        int slot = Find(range);
        if (_slots![slot].Length == 0)
            return false;
        Count--;
        if (Count == 0)
        {
            _slots[slot] = default;
            Release();
            return true;
        }

        CloseGap(slot);
        return true;
    }

    /// <summary>Forgets all and gives the array back.</summary>
    public void Release()
    {
        if (_slots is not null)
        {
            if (Count > 0)
                _slots.AsSpan(0, _mask + 1).Clear();
            ArrayPool<BlockRange>.Shared.Return(_slots);
        }

        _slots = null;
        _mask = 0;
        Count = 0;
    }

    private static uint Hash(BlockRange range)
    {
        // Neighbouring blocks and pieces spread over the table: Fibonacci hashing of the block's number.
        ulong key = ((ulong)(uint)range.Piece.Value << 32) | (uint)range.Offset;
        return (uint)((key / BlockRange.BlockLength * 0x9E3779B97F4A7C15) >> 32);
    }

    /// <summary>The slot of a range, or the free one where it belongs. A length of 0 marks a free slot: no request has it.</summary>
    private int Find(BlockRange range)
    {
        int slot = (int)Hash(range) & _mask;
        while (_slots![slot].Length != 0 && _slots[slot] != range)
            slot = (slot + 1) & _mask;
        return slot;
    }

    /// <summary>Moves later entries of the run up, so that no look-up ends at the gap too early.</summary>
    private void CloseGap(int gap)
    {
        for (int slot = (gap + 1) & _mask; _slots![slot].Length != 0; slot = (slot + 1) & _mask)
        {
            int home = (int)Hash(_slots[slot]) & _mask;
            if (((slot - home) & _mask) < ((slot - gap) & _mask))
                continue;
            _slots[gap] = _slots[slot];
            gap = slot;
        }

        _slots[gap] = default;
    }

    private void Grow()
    {
        BlockRange[]? old = _slots;
        int oldCapacity = old is null ? 0 : _mask + 1;
        int capacity = Math.Max(FirstCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)(Count + 1) * 2));
        _slots = ArrayPool<BlockRange>.Shared.Rent(capacity);
        _slots.AsSpan(0, capacity).Clear();
        _mask = capacity - 1;
        for (int i = 0; i < oldCapacity; i++)
        {
            if (old![i].Length != 0)
                _slots[Find(old[i])] = old[i];
        }

        if (old is not null)
            ArrayPool<BlockRange>.Shared.Return(old);
    }
}
