using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Udp;

/// <summary>Datagrams of one kind that wait for the loop, in places of a fixed number that are used again; when all are taken the newest is dropped, as the kernel would.</summary>
/// <param name="capacity">How many may wait.</param>
internal sealed class DatagramQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly byte[]?[] _slots = new byte[]?[capacity];
    private readonly (int Length, DatagramAddress Remote)[] _heads = new (int, DatagramAddress)[capacity];
    private int _first;
    private int _count;

    /// <summary>Whether nothing waits. May be out of date at once.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Whether all places are taken: what comes now would be dropped. May be out of date at once.</summary>
    public bool IsFull => Volatile.Read(ref _count) == capacity;

    /// <summary>Keeps a copy of a datagram; false where there is no place.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes, in DatagramAddress remote)
    {
        lock (_gate)
        {
            if (_count == capacity)
                return false;
            int slot = (_first + _count) % capacity;
            byte[]? place = _slots[slot];
            if (place is null || place.Length < bytes.Length)
                place = _slots[slot] = new byte[Math.Max(256, bytes.Length)];
            bytes.CopyTo(place);
            _heads[slot] = (bytes.Length, remote);
            _count++;
            return true;
        }
    }

    /// <summary>Hands the engine what waits, as many as there are places.</summary>
    /// <returns>Whether more came meanwhile: a flood of datagrams must not keep the loop from everything else.</returns>
    public bool Deliver(IEngine engine, MonoTime now, bool isLocal = false)
    {
        for (int left = capacity; left > 0; left--)
        {
            if (!TryPeek(out DatagramAddress from, out ReadOnlyMemory<byte> bytes))
                return false;
            var datagram = new Datagram(from.ToEndPoint(), bytes);
            if (isLocal)
                engine.HandleLocal(datagram, now);
            else
                engine.Handle(datagram, now);
            Drop();
        }

        return true;
    }

    /// <summary>The first that waits; it keeps its place, so that nothing overwrites its bytes until <see cref="Drop"/>.</summary>
    public bool TryPeek(out DatagramAddress from, out ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            bool has = _count > 0;
            (int length, from) = has ? _heads[_first] : default;
            bytes = has ? _slots[_first].AsMemory(0, length) : default;
            return has;
        }
    }

    /// <summary>Frees the place of the first.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            _first = (_first + 1) % capacity;
            _count--;
        }
    }
}
