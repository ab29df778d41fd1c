using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>
/// SHA-1 of sixteen messages of one length at once, each in its own lane of 512-bit registers (FIPS 180-4, section 6.1): nearly twice the pace of the
/// processor's own SHA instructions, where there are sixteen pieces to hash. Not thread-safe.
/// </summary>
internal sealed unsafe class Sha1Lanes : IDisposable
{
    /// <summary>How many messages go through together.</summary>
    public const int Count = 16;

    private const int BlockBytes = 64;
    private const int VectorBytes = 64;

    // Five words of state, sixteen of the message schedule, and the last blocks of every lane.
    private readonly Vector512<uint>* _state = (Vector512<uint>*)NativeMemory.AlignedAlloc(5 * VectorBytes, VectorBytes);
    private readonly Vector512<uint>* _schedule = (Vector512<uint>*)NativeMemory.AlignedAlloc(16 * VectorBytes, VectorBytes);
    private readonly byte* _tail = (byte*)NativeMemory.AlignedAlloc(Count * BlockBytes, VectorBytes);
    private long _length;

    public Sha1Lanes() => Reset();

    /// <summary>Whether this processor has what it needs.</summary>
    public static bool IsSupported => Avx512BW.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Adds whole blocks to every message.</summary>
    /// <param name="bytes">The first lane's bytes.</param>
    /// <param name="stride">From one lane's bytes to the next one's.</param>
    /// <param name="length">The bytes for each lane, a multiple of 64.</param>
    public void Append(byte* bytes, nint stride, int length)
    {
        for (int offset = 0; offset < length; offset += BlockBytes)
            AppendBlock(bytes + offset, stride);
        _length += length;
    }

    /// <summary>Ends every message and starts anew.</summary>
    /// <param name="digests">Sixteen digests of 20 bytes, lane by lane.</param>
    public void Finish(Span<byte> digests)
    {
        // Messages are whole blocks, so that the padding is a block of its own: a one, zeros, the length in bits.
        var tail = new Span<byte>(_tail, Count * BlockBytes);
        tail.Clear();
        for (int lane = 0; lane < Count; lane++)
        {
            tail[lane * BlockBytes] = 0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(tail.Slice((lane * BlockBytes) + 56, 8), _length * 8);
        }

        AppendBlock(_tail, BlockBytes);
        uint* words = (uint*)_state;
        for (int lane = 0; lane < Count; lane++)
        {
            for (int word = 0; word < 5; word++)
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(digests.Slice((lane * Sha1Hash.Length) + (word * 4), 4), words[(word * Count) + lane]);
        }

        Reset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_state);
        NativeMemory.AlignedFree(_schedule);
        NativeMemory.AlignedFree(_tail);
    }

    private void Reset()
    {
        _length = 0;
        _state[0] = Vector512.Create(0x67452301u);
        _state[1] = Vector512.Create(0xEFCDAB89u);
        _state[2] = Vector512.Create(0x98BADCFEu);
        _state[3] = Vector512.Create(0x10325476u);
        _state[4] = Vector512.Create(0xC3D2E1F0u);
    }

    private void AppendBlock(byte* bytes, nint stride)
    {
        Vector512<uint>* w = _schedule;
        Transpose(bytes, stride, w);
        Vector512<uint> a = _state[0], b = _state[1], c = _state[2], d = _state[3], e = _state[4];
        for (int t = 0; t < 20; t++)
            Round(ref a, ref b, ref c, ref d, ref e, Choose(b, c, d), Vector512.Create(0x5A827999u), t < 16 ? w[t] : Expand(w, t));
        for (int t = 20; t < 40; t++)
            Round(ref a, ref b, ref c, ref d, ref e, Parity(b, c, d), Vector512.Create(0x6ED9EBA1u), Expand(w, t));
        for (int t = 40; t < 60; t++)
            Round(ref a, ref b, ref c, ref d, ref e, Majority(b, c, d), Vector512.Create(0x8F1BBCDCu), Expand(w, t));
        for (int t = 60; t < 80; t++)
            Round(ref a, ref b, ref c, ref d, ref e, Parity(b, c, d), Vector512.Create(0xCA62C1D6u), Expand(w, t));
        _state[0] += a;
        _state[1] += b;
        _state[2] += c;
        _state[3] += d;
        _state[4] += e;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d, ref Vector512<uint> e,
        Vector512<uint> f, Vector512<uint> k, Vector512<uint> w)
    {
        Vector512<uint> next = Avx512F.RotateLeft(a, 5) + f + (e + k + w);
        e = d;
        d = c;
        c = Avx512F.RotateLeft(b, 30);
        b = a;
        a = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Expand(Vector512<uint>* w, int t)
    {
        Vector512<uint> mixed = Avx512F.RotateLeft(Parity(w[(t - 3) & 15], w[(t - 8) & 15], w[(t - 14) & 15]) ^ w[t & 15], 1);
        w[t & 15] = mixed;
        return mixed;
    }

    // The truth tables of (b and c) or (not b and d), of exclusive or, and of "at least two".
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Choose(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) => Avx512F.TernaryLogic(b, c, d, 0xCA);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Parity(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) => Avx512F.TernaryLogic(b, c, d, 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Majority(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) => Avx512F.TernaryLogic(b, c, d, 0xE8);

    // Sixteen words of sixteen lanes, from lane by lane to word by word, each from big-endian to the machine's order.
    private static void Transpose(byte* bytes, nint stride, Vector512<uint>* w)
    {
        Vector512<byte> swap = Vector512.Create(0x0405060700010203ul, 0x0C0D0E0F08090A0B, 0x0405060700010203, 0x0C0D0E0F08090A0B, 0x0405060700010203, 0x0C0D0E0F08090A0B, 0x0405060700010203, 0x0C0D0E0F08090A0B).AsByte();
        Vector512<uint>* quads = stackalloc Vector512<uint>[Count];
        for (int lane = 0; lane < Count; lane += 4)
        {
            Vector512<uint> r0 = Load(bytes + (lane * stride), swap), r1 = Load(bytes + ((lane + 1) * stride), swap);
            Vector512<uint> r2 = Load(bytes + ((lane + 2) * stride), swap), r3 = Load(bytes + ((lane + 3) * stride), swap);
            Vector512<ulong> low01 = Avx512F.UnpackLow(r0, r1).AsUInt64(), high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
            Vector512<ulong> low23 = Avx512F.UnpackLow(r2, r3).AsUInt64(), high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
            quads[lane] = Avx512F.UnpackLow(low01, low23).AsUInt32();
            quads[lane + 1] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            quads[lane + 2] = Avx512F.UnpackLow(high01, high23).AsUInt32();
            quads[lane + 3] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
        }

        // Now quad (g, j) holds words j, 4+j, 8+j and 12+j of lanes 4g to 4g+3.
        for (int j = 0; j < 4; j++)
        {
            Vector512<uint> even01 = Avx512F.Shuffle4x128(quads[j], quads[4 + j], 0x88), odd01 = Avx512F.Shuffle4x128(quads[j], quads[4 + j], 0xDD);
            Vector512<uint> even23 = Avx512F.Shuffle4x128(quads[8 + j], quads[12 + j], 0x88), odd23 = Avx512F.Shuffle4x128(quads[8 + j], quads[12 + j], 0xDD);
            w[j] = Avx512F.Shuffle4x128(even01, even23, 0x88);
            w[4 + j] = Avx512F.Shuffle4x128(odd01, odd23, 0x88);
            w[8 + j] = Avx512F.Shuffle4x128(even01, even23, 0xDD);
            w[12 + j] = Avx512F.Shuffle4x128(odd01, odd23, 0xDD);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Load(byte* bytes, Vector512<byte> swap) => Avx512BW.Shuffle(Vector512.Load(bytes), swap).AsUInt32();
}
