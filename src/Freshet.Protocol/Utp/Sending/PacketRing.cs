using System.Buffers;
using System.Numerics;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>The packets of a window by their numbers, in rented memory. A field, never a copy.</summary>
internal struct PacketRing()
{
    private const int FirstCapacity = 32;

    private SentPacket[] _packets = [];
    private int _mask = -1;

    /// <summary>How many packets it holds.</summary>
    public readonly int Capacity => _mask + 1;

    /// <summary>A packet's place.</summary>
    public readonly ref SentPacket this[long number] => ref _packets[(int)number & _mask];

    /// <summary>Makes it hold twice as many; those of a range are kept.</summary>
    public void Grow(long first, long end)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(FirstCapacity, (end - first) * 2));
        SentPacket[] larger = ArrayPool<SentPacket>.Shared.Rent(size);
        for (long number = first; number < end; number++)
            larger[(int)number & (size - 1)] = this[number];
        Release();
        _packets = larger;
        _mask = size - 1;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        if (_packets.Length > 0)
            ArrayPool<SentPacket>.Shared.Return(_packets);
        _packets = [];
        _mask = -1;
    }
}
