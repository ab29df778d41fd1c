using System.Buffers;
using System.Numerics;

namespace Freshet.Protocol.Utp;

/// <summary>A bit for each packet of a window, found by the packet's number; rented while it is used. Bits outside of the window must be clear.</summary>
internal struct BitRing
{
    private ulong[]? _words;
    private int _mask;

    /// <summary>How many numbers in a row it holds.</summary>
    public readonly int Capacity => _words is null ? 0 : (_mask + 1) * 64;

    /// <summary>Makes it hold so many numbers; bits of the given range are kept.</summary>
    public void Grow(int capacity, long first, long end)
    {
        int words = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 1024) / 64);
        var larger = default(BitRing);
        larger._words = ArrayPool<ulong>.Shared.Rent(words);
        larger._mask = words - 1;
        larger._words.AsSpan(0, words).Clear();
        if (_words is not null)
        {
            for (long number = first; number < end; number++)
            {
                if (IsSet(number))
                    larger.Set(number);
            }
        }

        Release();
        this = larger;
    }

    /// <summary>Sets a number's bit.</summary>
    public readonly void Set(long number) => _words![(int)(number >> 6) & _mask] |= 1UL << (int)number;

    /// <summary>Clears a number's bit.</summary>
    public readonly void Clear(long number) => _words![(int)(number >> 6) & _mask] &= ~(1UL << (int)number);

    /// <summary>Whether a number's bit is set.</summary>
    public readonly bool IsSet(long number) => _words is not null && (_words[(int)(number >> 6) & _mask] & (1UL << (int)number)) != 0;

    /// <summary>The bits of a number and of the 63 behind it, the first as the least significant.</summary>
    public readonly ulong Read(long number)
    {
        if (_words is null)
            return 0;
        int shift = (int)number & 63;
        ulong low = _words[(int)(number >> 6) & _mask] >> shift;
        return shift == 0 ? low : low | (_words[(int)((number >> 6) + 1) & _mask] << (64 - shift));
    }

    /// <summary>Gives the memory back; all bits are clear.</summary>
    public void Release()
    {
        if (_words is not null)
            ArrayPool<ulong>.Shared.Return(_words);
        _words = null;
        _mask = 0;
    }
}
