using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Freshet.Protocol.Utp.Receiving;

/// <summary>The packets of a stream that came behind a gap, by their numbers. A field, never a copy.</summary>
internal struct ReorderBuffer(ReorderSlots slots)
{
    private (int Slot, int Length)[]? _packets;
    private int _mask;
    private BitRing _present;

    /// <summary>Packets that are kept.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes.</summary>
    public int Bytes { get; private set; }

    /// <summary>The greatest number that is kept.</summary>
    public long Last { get; private set; }

    /// <summary>Whether a packet is kept.</summary>
    public readonly bool Contains(long number) => Count > 0 && number <= Last && _present.IsSet(number);

    /// <summary>Keeps a packet.</summary>
    /// <param name="ack">All up to this number have arrived.</param>
    /// <param name="number">Its number, which is not kept yet.</param>
    /// <param name="payload">Its payload.</param>
    /// <returns>False: there is no place.</returns>
    public bool TryKeep(long ack, long number, ReadOnlySpan<byte> payload)
    {
        if (!slots.TryKeep(payload, out int slot))
            return false;
        if (_packets is null || number - ack > _mask)
            Grow(ack, (int)(number - ack) + 1);
        _packets![(int)number & _mask] = (slot, payload.Length);
        _present.Set(number);
        Last = Count == 0 ? number : Math.Max(Last, number);
        Count++;
        Bytes += payload.Length;
        return true;
    }

    /// <summary>The payload of a packet that is kept.</summary>
    public readonly ReadOnlySpan<byte> Read(long number)
    {
        (int slot, int length) = _packets![(int)number & _mask];
        return slots.Read(slot, length);
    }

    /// <summary>Drops a packet that is kept.</summary>
    public void Drop(long number)
    {
        (int slot, int length) = _packets![(int)number & _mask];
        slots.Free(slot);
        _present.Clear(number);
        Count--;
        Bytes -= length;
        if (Count == 0)
            Release();
    }

    /// <summary>Drops all and gives the memory back.</summary>
    /// <param name="ack">All up to this number have arrived.</param>
    public void Clear(long ack)
    {
        for (long number = ack + 2; Count > 0 && number <= Last; number++)
        {
            if (Contains(number))
                Drop(number);
        }
    }

    /// <summary>How long the mask of selective acknowledgements is; 0: there is nothing to tell.</summary>
    public readonly int MaskLength(long ack)
        => Count == 0 ? 0 : (int)Math.Min(UtpLimits.MaxSelectiveAck, (((Last - (ack + 2)) / 32) + 1) * 4);

    /// <summary>Writes that mask: the first bit stands for <paramref name="ack"/> + 2.</summary>
    public readonly void WriteMask(long ack, Span<byte> to)
    {
        for (long number = ack + 2; to.Length >= 4; number += 32, to = to[4..])
        {
            uint bits = (uint)_present.Read(number);
            if (Last - number < 31)
                bits &= (2u << (int)(Last - number)) - 1;
            BinaryPrimitives.WriteUInt32LittleEndian(to, bits);
        }
    }

    private void Release()
    {
        ArrayPool<(int, int)>.Shared.Return(_packets!);
        _packets = null;
        _mask = 0;
        _present.Release();
    }

    private void Grow(long ack, int count)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, count + 1));
        (int, int)[] larger = ArrayPool<(int, int)>.Shared.Rent(size);
        for (long number = ack + 2; Count > 0 && number <= Last; number++)
        {
            if (_present.IsSet(number))
                larger[(int)number & (size - 1)] = _packets![(int)number & _mask];
        }

        if (_packets is not null)
            ArrayPool<(int, int)>.Shared.Return(_packets);
        _packets = larger;
        _mask = size - 1;
        if (_present.Capacity < size)
            _present.Grow(size, ack + 1, Count == 0 ? ack + 1 : Last + 1);
    }
}
