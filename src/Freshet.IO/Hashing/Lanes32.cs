using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freshet.IO.Hashing;

/// <summary>
/// Thirty-two lanes in two 512-bit registers: each round waits for the one before it, so that two rows of sixteen, which do not wait for each other, take hardly longer than one.
/// </summary>
internal readonly unsafe struct Lanes32(Vector512<uint> low, Vector512<uint> high) : ILanes<Lanes32>
{
    private readonly Vector512<uint> _low = low;
    private readonly Vector512<uint> _high = high;

    /// <inheritdoc/>
    public static bool IsSupported => Lanes16.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Create(uint word) => new(Vector512.Create(word), Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator +(Lanes32 left, Lanes32 right) => new(left._low + right._low, left._high + right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 operator ^(Lanes32 left, Lanes32 right) => new(left._low ^ right._low, left._high ^ right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 RotateLeft(Lanes32 value, [ConstantExpected] byte count) => new(Avx512F.RotateLeft(value._low, count), Avx512F.RotateLeft(value._high, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 ShiftRight(Lanes32 value, [ConstantExpected] byte count) => new(Avx512F.ShiftRightLogical(value._low, count), Avx512F.ShiftRightLogical(value._high, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Choose(Lanes32 which, Lanes32 b, Lanes32 c)
        => new(Avx512F.TernaryLogic(which._low, b._low, c._low, 0xCA), Avx512F.TernaryLogic(which._high, b._high, c._high, 0xCA));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Parity(Lanes32 a, Lanes32 b, Lanes32 c) => new(Avx512F.TernaryLogic(a._low, b._low, c._low, 0x96), Avx512F.TernaryLogic(a._high, b._high, c._high, 0x96));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Majority(Lanes32 a, Lanes32 b, Lanes32 c)
        => new(Avx512F.TernaryLogic(a._low, b._low, c._low, 0xE8), Avx512F.TernaryLogic(a._high, b._high, c._high, 0xE8));

    /// <inheritdoc/>
    public static void Load(byte* bytes, nint stride, Lanes32* words)
    {
        Lanes16.Transpose(bytes, stride, (Vector512<uint>*)words, step: 2);
        Lanes16.Transpose(bytes + (16 * stride), stride, (Vector512<uint>*)words + 1, step: 2);
    }
}
