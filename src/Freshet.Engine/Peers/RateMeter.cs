using System.Runtime.CompilerServices;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>Bytes a second over a sliding window of the last seconds, and all bytes ever. A mutable struct: keep it in a field, not readonly. Allocates nothing.</summary>
public struct RateMeter
{
    // Long enough to smooth blocks of 16 KiB at a few KiB/s, short enough that a peer's stop is seen within seconds.
    private const int Slots = 16;
    private const long SlotNanoseconds = 250_000_000;

    private SlotArray _slots;
    private long _sum;
    private long _slot;
    private long _first;

    /// <summary>The length of the window.</summary>
    public static TimeSpan Window => TimeSpan.FromTicks(Slots * SlotNanoseconds / 100);

    /// <summary>All bytes since the start.</summary>
    public long Total { readonly get; private set; }

    /// <summary>Counts bytes. Time never goes back.</summary>
    public void Add(long bytes, MonoTime now)
    {
        if (Total == 0 && _sum == 0)
            _first = now.Nanoseconds;
        Advance(now);
        _slots[(int)(_slot % Slots)] += bytes;
        _sum += bytes;
        Total += bytes;
    }

    /// <summary>Bytes a second over the window, or since the first byte where that is shorter, at least one slot.</summary>
    public long BytesPerSecond(MonoTime now)
    {
        Advance(now);
        if (_sum == 0)
            return 0;
        // The running slot is only partly over: the window begins with the start of the oldest slot.
        long start = Math.Max(_first, (_slot - Slots + 1) * SlotNanoseconds);
        long elapsed = Math.Max(SlotNanoseconds, now.Nanoseconds - start);
        return (long)(_sum / (elapsed / 1e9));
    }

    private void Advance(MonoTime now)
    {
        long slot = now.Nanoseconds / SlotNanoseconds;
        if (slot <= _slot)
            return;
        if (_sum != 0)
        {
            long steps = Math.Min(slot - _slot, Slots);
            for (long i = 1; i <= steps; i++)
            {
                ref long old = ref _slots[(int)((_slot + i) % Slots)];
                _sum -= old;
                old = 0;
            }
        }

        _slot = slot;
    }

    [InlineArray(Slots)]
    private struct SlotArray
    {
        private long _element0;
    }
}
