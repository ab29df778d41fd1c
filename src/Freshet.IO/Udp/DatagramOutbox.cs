using Freshet.Abstractions;

namespace Freshet.IO.Udp;

/// <summary>Datagrams of one socket that are sent together: written one behind the other, those of equal length to one address as one run.</summary>
internal sealed class DatagramOutbox(DatagramSocket socket, TooLongDatagrams tooLong)
{
    /// <summary>Bytes that may wait: two of the largest messages, which is what a call is worth making for, and little enough to be in the cache when the kernel copies it.</summary>
    public const int Capacity = 128 * 1024;

    /// <summary>Messages that may wait; beyond this the call itself costs next to nothing a message.</summary>
    public const int MaxRuns = 64;

    /// <summary>Datagrams that the kernel takes as one message (UDP_MAX_SEGMENTS); newer ones take 128, but no more bytes.</summary>
    public const int MaxSegments = 64;

    /// <summary>The longest UDP payload that IPv4 knows.</summary>
    public const int MaxRunLength = 65_507;

    private readonly DatagramRun[] _runs = new DatagramRun[MaxRuns];
    private byte[]? _bytes;
    private int _first;
    private int _count;
    private int _end;

    /// <summary>Whether the kernel has refused what waits for want of room.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether the kernel may have room again.</summary>
    public bool MayResume => IsFull && socket.IsWritable;

    /// <summary>A place for a datagram; empty where there is none, also after what waits was sent as far as it goes.</summary>
    public Span<byte> Begin(scoped in DatagramAddress to, int length)
    {
        if (!IsFull && _count > 0 && !HasPlace(to, length))
            Flush();
        if (IsFull || length > MaxRunLength)
            return [];
        _bytes ??= GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);
        return _bytes.AsSpan(_end, length);
    }

    /// <summary>Keeps what was written to the place.</summary>
    public void Commit(in DatagramAddress to, int length, bool isProbe)
    {
        if (_count > 0 && !isProbe && TryExtend(ref _runs[_count - 1], to, length))
            return;
        _runs[_count++] = new DatagramRun { Remote = to, Start = _end, Length = length, Segment = length, Count = 1, IsClosed = isProbe };
        _end += length;
    }

    /// <summary>Sends what waits; what the kernel has no room for stays.</summary>
    public void Flush()
    {
        if (_count == _first)
            return;
        _first += socket.Send(_runs.AsSpan(_first, _count - _first), _bytes!, tooLong);
        IsFull = _first < _count;
        if (!IsFull)
            _first = _count = _end = 0;
    }

    /// <summary>Whether one more goes into the batch: a run that is begun has place for all of it, so that none goes out as a remnant.</summary>
    private bool HasPlace(in DatagramAddress to, int length)
        => MayExtend(_runs[_count - 1], to, length) || (_count < MaxRuns && _end + Math.Max(length, MaxRunLength) <= Capacity);

    private static bool MayExtend(in DatagramRun last, in DatagramAddress to, int length)
        => !last.IsClosed && length <= last.Segment && last.Count < MaxSegments && last.Length + length <= MaxRunLength && last.Remote == to;

    private bool TryExtend(ref DatagramRun last, in DatagramAddress to, int length)
    {
        if (!MayExtend(last, to, length))
            return false;
        last.IsClosed = length < last.Segment;
        last.Length += length;
        last.Count++;
        _end += length;
        return true;
    }
}
