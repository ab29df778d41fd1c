using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freshet.IO.Hashing;

/// <summary>Sixteen lanes in a 512-bit register of AVX-512.</summary>
internal readonly unsafe struct Lanes16(Vector512<uint> words) : ILanes<Lanes16>
{
    private readonly Vector512<uint> _words = words;

    /// <inheritdoc/>
    public static bool IsSupported => Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Create(uint word) => new(Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 operator +(Lanes16 left, Lanes16 right) => new(left._words + right._words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 operator ^(Lanes16 left, Lanes16 right) => new(left._words ^ right._words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 RotateLeft(Lanes16 value, [ConstantExpected] byte count) => new(Avx512F.RotateLeft(value._words, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 ShiftRight(Lanes16 value, [ConstantExpected] byte count) => new(Avx512F.ShiftRightLogical(value._words, count));

    // The last argument is the truth table of the three.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Choose(Lanes16 which, Lanes16 b, Lanes16 c) => new(Avx512F.TernaryLogic(which._words, b._words, c._words, 0xCA));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Parity(Lanes16 a, Lanes16 b, Lanes16 c) => new(Avx512F.TernaryLogic(a._words, b._words, c._words, 0x96));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Majority(Lanes16 a, Lanes16 b, Lanes16 c) => new(Avx512F.TernaryLogic(a._words, b._words, c._words, 0xE8));

    /// <inheritdoc/>
    public static void Load(byte* bytes, nint stride, Lanes16* words) => Transpose(bytes, stride, (Vector512<uint>*)words, step: 1);

    /// <summary>Takes the next 64 bytes of sixteen messages, big-endian, as sixteen words.</summary>
    /// <param name="bytes">The first message's bytes.</param>
    /// <param name="stride">From one message's bytes to the next one's.</param>
    /// <param name="words">Where the words of all messages go.</param>
    /// <param name="step">From one word to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(byte* bytes, nint stride, Vector512<uint>* words, int step)
    {
        Vector512<uint>* quads = stackalloc Vector512<uint>[16];
        for (int lane = 0; lane < 16; lane += 4, bytes += 4 * stride)
        {
            Vector512<uint> r0 = BigEndian(bytes), r1 = BigEndian(bytes + stride), r2 = BigEndian(bytes + (2 * stride)), r3 = BigEndian(bytes + (3 * stride));
            Vector512<ulong> low01 = Avx512F.UnpackLow(r0, r1).AsUInt64(), high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
            Vector512<ulong> low23 = Avx512F.UnpackLow(r2, r3).AsUInt64(), high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
            quads[lane] = Avx512F.UnpackLow(low01, low23).AsUInt32();
            quads[lane + 1] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            quads[lane + 2] = Avx512F.UnpackLow(high01, high23).AsUInt32();
            quads[lane + 3] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
        }

        // Now quad 4g+j holds words j, 4+j, 8+j and 12+j of lanes 4g to 4g+3.
        for (int j = 0; j < 4; j++)
        {
            Vector512<uint> even01 = Avx512F.Shuffle4x128(quads[j], quads[4 + j], 0x88), odd01 = Avx512F.Shuffle4x128(quads[j], quads[4 + j], 0xDD);
            Vector512<uint> even23 = Avx512F.Shuffle4x128(quads[8 + j], quads[12 + j], 0x88), odd23 = Avx512F.Shuffle4x128(quads[8 + j], quads[12 + j], 0xDD);
            words[j * step] = Avx512F.Shuffle4x128(even01, even23, 0x88);
            words[(4 + j) * step] = Avx512F.Shuffle4x128(odd01, odd23, 0x88);
            words[(8 + j) * step] = Avx512F.Shuffle4x128(even01, even23, 0xDD);
            words[(12 + j) * step] = Avx512F.Shuffle4x128(odd01, odd23, 0xDD);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BigEndian(byte* bytes)
    {
        // Reverses the bytes of every word.
        Vector512<byte> order = Vector512.Create(Vector256.Create(Vector128.Create(0x0405060700010203ul, 0x0C0D0E0F08090A0B))).AsByte();
        return Avx512BW.Shuffle(Vector512.Load(bytes), order).AsUInt32();
    }
}
