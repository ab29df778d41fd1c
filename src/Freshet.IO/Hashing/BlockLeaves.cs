using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>
/// Hashes whole blocks that are in memory into leaves of hash trees (BEP 52), as many together as there are: each is a message of its own, so that a piece, which SHA-1 goes through
/// from end to end, fills the lanes by itself. One thread has it at a time.
/// </summary>
/// <param name="lanes">Of SHA-256; the owner's.</param>
internal sealed unsafe class BlockLeaves(LaneSet lanes) : IDisposable
{
    /// <summary>
    /// What is taken of each block in turn. Blocks lie 16 KiB from one another, where all would meet in one corner of the first cache (<see cref="LaneHash.Append"/>): a part of each is copied
    /// to where they do not, and the parts of all of them stay in that cache.
    /// </summary>
    private const int PartLength = 1024;

    private const int Stride = PartLength + LaneHash.BlockBytes;

    private byte* _parts;

    /// <summary>Hashes up to <see cref="LaneSet.Most"/> blocks.</summary>
    /// <param name="blocks">Where they begin; each has <see cref="BlockRange.BlockLength"/> bytes.</param>
    /// <param name="leaves">Takes a hash for each.</param>
    /// <remarks>Compiled at once as well as can be, as <see cref="Sha256Rounds"/> is: a download is often over before the runtime finds out that it pays.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Hash(ReadOnlySpan<nint> blocks, Span<Sha256Hash> leaves)
    {
        if (lanes.For(blocks.Length) is not { } together)
        {
            for (int i = 0; i < blocks.Length; i++)
                leaves[i] = Sha256.Hash(new ReadOnlySpan<byte>((byte*)blocks[i], BlockRange.BlockLength));
            return;
        }

        // Lanes that are left empty read what was there before.
        if (_parts is null)
            _parts = (byte*)NativeMemory.AllocZeroed(LaneSet.Most * Stride);
        for (int offset = 0; offset < BlockRange.BlockLength; offset += PartLength)
        {
            for (int i = 0; i < blocks.Length; i++)
                Copy((byte*)blocks[i] + offset, _parts + (i * Stride), isLast: offset == BlockRange.BlockLength - PartLength);
            together.Append(_parts, Stride, PartLength);
        }

        together.Finish(MemoryMarshal.AsBytes(leaves[..blocks.Length]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_parts);
        _parts = null;
    }

    // The processor does not see by itself that what follows comes next, so many blocks are gone through at once: it is on its way while this part is hashed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* part, byte* target, bool isLast)
    {
        for (int line = PartLength; Sse.IsSupported && !isLast && line < 2 * PartLength; line += LaneHash.BlockBytes)
            Sse.Prefetch1(part + line);
        new ReadOnlySpan<byte>(part, PartLength).CopyTo(new Span<byte>(target, PartLength));
    }
}
