using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freshet.IO.Hashing;

/// <summary>Eight lanes in a 256-bit register of AVX2.</summary>
internal readonly unsafe struct Lanes8(Vector256<uint> words) : ILanes<Lanes8>
{
    private readonly Vector256<uint> _words = words;

    /// <inheritdoc/>
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Create(uint word) => new(Vector256.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator +(Lanes8 left, Lanes8 right) => new(left._words + right._words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator ^(Lanes8 left, Lanes8 right) => new(left._words ^ right._words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 RotateLeft(Lanes8 value, [ConstantExpected] byte count) => new((value._words << count) | (value._words >>> (32 - count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 ShiftRight(Lanes8 value, [ConstantExpected] byte count) => new(value._words >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Choose(Lanes8 which, Lanes8 b, Lanes8 c) => new(c._words ^ (which._words & (b._words ^ c._words)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Parity(Lanes8 a, Lanes8 b, Lanes8 c) => new(a._words ^ b._words ^ c._words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Majority(Lanes8 a, Lanes8 b, Lanes8 c) => new((a._words & b._words) | (c._words & (a._words | b._words)));

    /// <inheritdoc/>
    public static void Load(byte* bytes, nint stride, Lanes8* words)
    {
        // Eight words of eight lanes, twice.
        LoadHalf(bytes, stride, words);
        LoadHalf(bytes + 32, stride, words + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadHalf(byte* bytes, nint stride, Lanes8* words)
    {
        Vector256<uint>* quads = stackalloc Vector256<uint>[8];
        for (int lane = 0; lane < 8; lane += 4, bytes += 4 * stride)
        {
            Vector256<uint> r0 = BigEndian(bytes), r1 = BigEndian(bytes + stride), r2 = BigEndian(bytes + (2 * stride)), r3 = BigEndian(bytes + (3 * stride));
            Vector256<ulong> low01 = Avx2.UnpackLow(r0, r1).AsUInt64(), high01 = Avx2.UnpackHigh(r0, r1).AsUInt64();
            Vector256<ulong> low23 = Avx2.UnpackLow(r2, r3).AsUInt64(), high23 = Avx2.UnpackHigh(r2, r3).AsUInt64();
            quads[lane] = Avx2.UnpackLow(low01, low23).AsUInt32();
            quads[lane + 1] = Avx2.UnpackHigh(low01, low23).AsUInt32();
            quads[lane + 2] = Avx2.UnpackLow(high01, high23).AsUInt32();
            quads[lane + 3] = Avx2.UnpackHigh(high01, high23).AsUInt32();
        }

        // Now quad 4g+j holds words j and 4+j of lanes 4g to 4g+3.
        for (int j = 0; j < 4; j++)
        {
            words[j] = new(Avx2.Permute2x128(quads[j], quads[4 + j], 0x20));
            words[4 + j] = new(Avx2.Permute2x128(quads[j], quads[4 + j], 0x31));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> BigEndian(byte* bytes)
    {
        // Reverses the bytes of every word.
        Vector256<byte> order = Vector256.Create(Vector128.Create(0x0405060700010203ul, 0x0C0D0E0F08090A0B)).AsByte();
        return Avx2.Shuffle(Vector256.Load(bytes), order).AsUInt32();
    }
}
