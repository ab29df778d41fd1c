using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// The requests of one connection in the order in which they went out. Blocks mostly come back in that order, so the search from the front ends at once;
/// a peer that answers backwards costs one vectorised pass over at most a window of numbers.
/// </summary>
internal sealed class RequestQueue
{
    private const int InitialCapacity = 32;

    // Made with the first request: most connections of a seed never have one.
    private long[] _keys = [];
    private MonoTime[]? _times;
    private int _head;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="timed">Whether to keep a time with each request.</param>
    public RequestQueue(bool timed = false) => _times = timed ? [] : null;

    public int Count { get; private set; }

    public ReadOnlySpan<long> Keys => _keys.AsSpan(_head, Count);

    public static long KeyOf(BlockRange block) => KeyOf(block.Piece.Value, block.BlockInPiece);

    public static long KeyOf(int piece, int block) => ((long)piece << 32) | (uint)block;

    public static int PieceOf(long key) => (int)(key >> 32);

    public static int BlockOf(long key) => (int)key;

    public int IndexOf(long key) => Keys.IndexOf(key);

    public MonoTime TimeAt(int index) => _times![_head + index];

    public void Add(long key, MonoTime time = default)
    {
        if (_head + Count == _keys.Length)
            MakeRoom();
        _keys[_head + Count] = key;
        if (_times is not null)
            _times[_head + Count] = time;
        Count++;
    }

    public bool Remove(long key)
    {
        int index = IndexOf(key);
        if (index < 0)
            return false;
        RemoveAt(index);
        return true;
    }

    public void RemoveAt(int index)
    {
        // Those in front move back by one: few, because answers come from the front.
        Array.Copy(_keys, _head, _keys, _head + 1, index);
        if (_times is not null)
            Array.Copy(_times, _head, _times, _head + 1, index);
        _head++;
        Count--;
        if (Count == 0)
            _head = 0;
    }

    public void Clear() => Count = _head = 0;

    private void MakeRoom()
    {
        int capacity = Math.Max(InitialCapacity, Count > _keys.Length / 2 ? _keys.Length * 2 : _keys.Length);
        long[] keys = capacity == _keys.Length ? _keys : new long[capacity];
        Array.Copy(_keys, _head, keys, 0, Count);
        _keys = keys;
        if (_times is not null)
        {
            MonoTime[] times = capacity == _times.Length ? _times : new MonoTime[capacity];
            Array.Copy(_times, _head, times, 0, Count);
            _times = times;
        }

        _head = 0;
    }
}
