using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Freshet.Core;

/// <summary>
/// One 16 KiB block of a <see cref="BlockPool"/>: it has exactly one owner at a time, who passes it on or returns it, once.
/// The default value is "no block".
/// </summary>
public readonly record struct BufferLease
{
    private readonly int _idPlusOne;

    internal BufferLease(int id) => _idPlusOne = id + 1;

    /// <summary>Whether there is no block.</summary>
    public bool IsNone => _idPlusOne == 0;

    /// <summary>The block's position in the pool: neighbours in one slab have neighbouring numbers and neighbouring memory.</summary>
    internal int Id => _idPlusOne - 1;

    /// <summary>Whether <paramref name="next"/> is the memory right behind this block, so that both can be hashed and written in one call.</summary>
    public bool IsFollowedBy(BufferLease next)
        => !IsNone && next._idPlusOne == _idPlusOne + 1 && Id / BlockPool.BlocksPerSlab == next.Id / BlockPool.BlocksPerSlab;
}

/// <summary>
/// Blocks of 16 KiB out of native slabs of 1 MiB, with a hard cap: the one place where payload waits between socket and disk.
/// Thread-safe: pumps rent, disk workers read, the engine returns. A slab that is wholly free goes back to the system.
/// </summary>
public sealed unsafe class BlockPool : IDisposable
{
    /// <summary>A slab's bits fit one word: 64 blocks of 16 KiB are 1 MiB.</summary>
    public const int BlocksPerSlab = 64;

    private const int SlabLength = BlocksPerSlab * BlockRange.BlockLength;

    private readonly Lock _gate = new();
    private readonly nint[] _slabs;
    private readonly ulong[] _free;
    private int _rented;
    private bool _disposed;
#if DEBUG
    private readonly LeaseTable _leases;
#endif

    /// <summary>Makes a pool; memory is taken from the system as it is needed.</summary>
    /// <param name="capacity">The cap in bytes, rounded down to whole MiB, at least one.</param>
    public BlockPool(long capacity)
    {
        int slabs = (int)Math.Max(1, capacity / SlabLength);
        _slabs = new nint[slabs];
        _free = new ulong[slabs];
        _free.AsSpan().Fill(ulong.MaxValue);
        CapacityBlocks = slabs * BlocksPerSlab;
#if DEBUG
        _leases = new LeaseTable(CapacityBlocks);
#endif
    }

    /// <summary>The most blocks that can be out at once.</summary>
    public int CapacityBlocks { get; }

    /// <summary>The blocks that are out.</summary>
    public int RentedBlocks => Volatile.Read(ref _rented);

    /// <summary>Who holds the blocks that are out: the places that rented them, in debug builds; elsewhere their number alone.</summary>
    public string DescribeHolders()
    {
        lock (_gate)
        {
#if DEBUG
            return _leases.Holders();
#else
            return $"{_rented} blocks";
#endif
        }
    }

    /// <summary>The bytes that are taken from the system at present.</summary>
    public long AllocatedBytes
    {
        get
        {
            lock (_gate)
                return (long)SlabLength * (_slabs.Length - _slabs.AsSpan().Count((nint)0));
        }
    }

    /// <summary>The blocks that can still be rented.</summary>
    public int FreeBlocks => CapacityBlocks - RentedBlocks;

    /// <summary>
    /// Takes one block, next to <paramref name="after"/> where that place is free, else where a run of <paramref name="run"/> blocks can
    /// still grow, else anywhere.
    /// </summary>
    /// <param name="after">The block that holds the bytes before, or none.</param>
    /// <param name="run">How many blocks will follow each other from here, this one counted.</param>
    /// <param name="lease">The block; the caller owns it.</param>
    /// <returns>False when the cap is reached: stop reading until something is returned.</returns>
    public bool TryRent(BufferLease after, int run, out BufferLease lease)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            lease = default;
            int id = TakeNeighbour(after);
            if (id < 0)
                id = TakeRunStart(run);
            if (id < 0)
                return false;
            int slab = id / BlocksPerSlab;
            _free[slab] &= ~(1UL << (id % BlocksPerSlab));
            if (_slabs[slab] == 0)
                _slabs[slab] = (nint)NativeMemory.AlignedAlloc(SlabLength, 4096);
            Volatile.Write(ref _rented, _rented + 1);
            lease = new BufferLease(id);
#if DEBUG
            _leases.Rented(id);
#endif
            return true;
        }
    }

    /// <summary>The memory of a block that the caller owns.</summary>
    public Span<byte> Span(BufferLease lease) => Span(lease, BlockRange.BlockLength);

    /// <summary>The memory of a block and of those that follow it (<see cref="BufferLease.IsFollowedBy"/>), all owned by the caller.</summary>
    /// <param name="first">The first block.</param>
    /// <param name="length">The bytes from its start; not beyond the slab.</param>
    public Span<byte> Span(BufferLease first, int length)
    {
        Debug.Assert(!first.IsNone, "the lease is empty");
        int offset = first.Id % BlocksPerSlab * BlockRange.BlockLength;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SlabLength - offset);
        return new Span<byte>((byte*)_slabs[first.Id / BlocksPerSlab] + offset, length);
    }

    /// <summary>Gives a block back. The caller must not touch it again.</summary>
    /// <exception cref="InvalidOperationException">The block was not out: it was returned twice.</exception>
    public void Return(BufferLease lease)
    {
        if (lease.IsNone)
            return;
        lock (_gate)
        {
            if (_disposed)
                return;
            int slab = lease.Id / BlocksPerSlab;
            ulong bit = 1UL << (lease.Id % BlocksPerSlab);
            if ((_free[slab] & bit) != 0)
            {
                string before = "";
#if DEBUG
                before = _leases.LastReturn(lease.Id);
#endif
                throw new InvalidOperationException($"Block {lease.Id} was returned twice.{before}");
            }

#if DEBUG
            _leases.Returned(lease.Id);
#endif
            _free[slab] |= bit;
            Volatile.Write(ref _rented, _rented - 1);
        }
    }

    /// <summary>Gives the memory of slabs that are wholly free back to the system; called when the session is idle.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            for (int slab = 0; slab < _slabs.Length; slab++)
            {
                if (_slabs[slab] == 0 || _free[slab] != ulong.MaxValue)
                    continue;
                NativeMemory.AlignedFree((void*)_slabs[slab]);
                _slabs[slab] = 0;
            }
        }
    }

    /// <summary>Frees all memory. Blocks that are still out must not be touched after this.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _free.AsSpan().Fill(ulong.MaxValue);
            _rented = 0;
            foreach (ref nint slab in _slabs.AsSpan())
            {
                NativeMemory.AlignedFree((void*)slab);
                slab = 0;
            }
        }
    }

    /// <summary>Bits of a free word at which a run of at least <paramref name="run"/> (1 to 64) free blocks starts.</summary>
    private static ulong RunStarts(ulong free, int run)
    {
        // After doubling steps, bit i says whether blocks i to i+run-1 are all free.
        for (int have = 1; have < run && free != 0;)
        {
            int step = Math.Min(have, run - have);
            free &= free >> step;
            have += step;
        }

        return free;
    }

    private int TakeNeighbour(BufferLease after)
    {
        if (after.IsNone || after.Id % BlocksPerSlab == BlocksPerSlab - 1)
            return -1;
        int id = after.Id + 1;
        return (_free[id / BlocksPerSlab] >> (id % BlocksPerSlab) & 1) != 0 ? id : -1;
    }

    private int TakeRunStart(int run)
    {
        // Starts on a multiple of the run's size, so that two pieces that grow side by side do not grow into each other.
        int slot = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(run, 1, BlocksPerSlab));
        int fallback = -1;
        int unused = -1;
        for (int slab = 0; slab < _free.Length; slab++)
        {
            ulong free = _free[slab];
            if (free == 0)
                continue;
            if (_slabs[slab] == 0)
            {
                // Take new memory only when what is there has no room for the run.
                if (unused < 0)
                    unused = slab;
                continue;
            }

            ulong starts = RunStarts(free, slot) & SlotMask(slot);
            if (starts != 0)
                return (slab * BlocksPerSlab) + BitOperations.TrailingZeroCount(starts);
            if (fallback < 0)
                fallback = (slab * BlocksPerSlab) + BitOperations.TrailingZeroCount(free);
        }

        return unused >= 0 ? unused * BlocksPerSlab : fallback;
    }

    private static ulong SlotMask(int slot) => slot switch
    {
        1 => ulong.MaxValue,
        2 => 0x5555555555555555,
        4 => 0x1111111111111111,
        8 => 0x0101010101010101,
        16 => 0x0001000100010001,
        32 => 0x0000000100000001,
        _ => 1,
    };
}
