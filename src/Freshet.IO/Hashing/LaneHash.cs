using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Freshet.IO.Hashing;

/// <summary>
/// Hashes several messages of one length together, each in its own lane of the processor's vector registers. What fewer messages leave empty costs as much as what is
/// full. One thread has it at a time.
/// </summary>
internal abstract unsafe class LaneHash : IDisposable
{
    /// <summary>What is hashed at once of each message.</summary>
    public const int BlockBytes = 64;

    /// <summary>How many messages go through together.</summary>
    public abstract int Lanes { get; }

    /// <summary>The bytes of a digest.</summary>
    public abstract int DigestBytes { get; }

    /// <summary>Adds whole blocks to every message.</summary>
    /// <param name="bytes">The first message's bytes. Those of all lanes must be readable, also where a lane is of no interest.</param>
    /// <param name="stride">From one message's bytes to the next one's. Powers of two are slow: all lanes would meet in one corner of the first cache.</param>
    /// <param name="length">The bytes for each message, a multiple of <see cref="BlockBytes"/>.</param>
    public abstract void Append(byte* bytes, nint stride, int length);

    /// <summary>Ends every message and starts anew.</summary>
    /// <param name="digests">Digests of the first lanes, as many as fit.</param>
    public abstract void Finish(Span<byte> digests);

    /// <summary>Starts anew.</summary>
    public abstract void Reset();

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A hash by its rounds and by the registers that they work in.</summary>
/// <typeparam name="TRounds">Which hash.</typeparam>
/// <typeparam name="TLanes">Which instructions.</typeparam>
internal sealed unsafe class LaneHash<TRounds, TLanes> : LaneHash
    where TRounds : ILaneRounds
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly TLanes* _state = (TLanes*)NativeMemory.AlignedAlloc((nuint)(TRounds.Start.Length * sizeof(TLanes)), 64);
    private readonly byte* _tail = (byte*)NativeMemory.AlignedAlloc(BlockBytes, BlockBytes);
    private long _length;

    public LaneHash() => Reset();

    /// <inheritdoc/>
    public override int Lanes => TLanes.Count;

    /// <inheritdoc/>
    public override int DigestBytes => TRounds.Start.Length * sizeof(uint);

    /// <inheritdoc/>
    public override void Append(byte* bytes, nint stride, int length)
    {
        TRounds.Compress(_state, bytes, stride, length);
        _length += length;
    }

    /// <inheritdoc/>
    /// <remarks>Compiled at once as well as can be: of a tree's nodes every one ends.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Finish(Span<byte> digests)
    {
        // Messages are whole blocks, so that the padding is a block of its own, and the same for all: a one, zeros, the length in bits.
        var tail = new Span<byte>(_tail, BlockBytes);
        tail.Clear();
        tail[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(tail[^8..], _length * 8);
        TRounds.Compress(_state, _tail, stride: 0, BlockBytes);

        uint* words = (uint*)_state;
        for (int lane = 0; !digests.IsEmpty; lane++)
        {
            for (int word = 0; word < TRounds.Start.Length; word++, digests = digests[sizeof(uint)..])
                BinaryPrimitives.WriteUInt32BigEndian(digests, words[(word * TLanes.Count) + lane]);
        }

        Reset();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Reset()
    {
        _length = 0;
        for (int word = 0; word < TRounds.Start.Length; word++)
            _state[word] = TLanes.Create(TRounds.Start[word]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        NativeMemory.AlignedFree(_state);
        NativeMemory.AlignedFree(_tail);
    }
}
