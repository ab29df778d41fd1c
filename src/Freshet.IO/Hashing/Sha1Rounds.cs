using System.Runtime.CompilerServices;

namespace Freshet.IO.Hashing;

/// <summary>SHA-1 (FIPS 180-4, section 6.1.2), every lane its own message.</summary>
internal readonly unsafe struct Sha1Rounds : ILaneRounds
{
    // Compiled at once as well as can be: the first call may last seconds, and code for a start would be ten times slower.
    private const MethodImplOptions Kernel = MethodImplOptions.AggressiveOptimization;

    /// <summary>One of the three functions that twenty rounds each have.</summary>
    private interface IMixing
    {
        static abstract T Mix<T>(T b, T c, T d)
            where T : unmanaged, ILanes<T>;
    }

    /// <inheritdoc/>
    public static ReadOnlySpan<uint> Start => [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];

    /// <inheritdoc/>
    [MethodImpl(Kernel)]
    public static void Compress<T>(T* state, byte* bytes, nint stride, int length)
        where T : unmanaged, ILanes<T>
    {
        T* w = stackalloc T[16];
        T* mixed = stackalloc T[5];
        for (int offset = 0; offset < length; offset += 64)
        {
            T.Load(bytes + offset, stride, w);
            for (int i = 0; i < 5; i++)
                mixed[i] = state[i];
            TwentyRounds<T, Choose>(mixed, w, 0, 0x5A827999);
            TwentyRounds<T, Parity>(mixed, w, 20, 0x6ED9EBA1);
            TwentyRounds<T, Majority>(mixed, w, 40, 0x8F1BBCDC);
            TwentyRounds<T, Parity>(mixed, w, 60, 0xCA62C1D6);
            for (int i = 0; i < 5; i++)
                state[i] += mixed[i];
        }
    }

    [MethodImpl(Kernel)]
    private static void TwentyRounds<T, TMixing>(T* state, T* w, int first, uint constant)
        where T : unmanaged, ILanes<T>
        where TMixing : struct, IMixing
    {
        T a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        var k = T.Create(constant);

        // After five rounds each variable has its own name again: nothing is moved.
        for (int t = first; t < first + 20; t += 5)
        {
            Round(a, ref b, TMixing.Mix(b, c, d), ref e, k + Take(w, t));
            Round(e, ref a, TMixing.Mix(a, b, c), ref d, k + Take(w, t + 1));
            Round(d, ref e, TMixing.Mix(e, a, b), ref c, k + Take(w, t + 2));
            Round(c, ref d, TMixing.Mix(d, e, a), ref b, k + Take(w, t + 3));
            Round(b, ref c, TMixing.Mix(c, d, e), ref a, k + Take(w, t + 4));
        }

        state[0] = a;
        state[1] = b;
        state[2] = c;
        state[3] = d;
        state[4] = e;
    }

    // A word of the schedule, in whose place comes the one sixteen rounds later: nobody waits for that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Take<T>(T* w, int t)
        where T : unmanaged, ILanes<T>
    {
        T word = w[t & 15];
        w[t & 15] = T.RotateLeft(T.Parity(w[(t + 13) & 15], w[(t + 8) & 15], w[(t + 2) & 15]) ^ word, 1);
        return word;
    }

    // What was e is the next a. All that does not wait for a is summed first: every round waits for the last one's a.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<T>(T a, ref T b, T mixed, ref T e, T word)
        where T : unmanaged, ILanes<T>
    {
        e = T.RotateLeft(a, 5) + (mixed + (e + word));
        b = T.RotateLeft(b, 30);
    }

    private readonly struct Choose : IMixing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Mix<T>(T b, T c, T d)
            where T : unmanaged, ILanes<T>
            => T.Choose(b, c, d);
    }

    private readonly struct Parity : IMixing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Mix<T>(T b, T c, T d)
            where T : unmanaged, ILanes<T>
            => T.Parity(b, c, d);
    }

    private readonly struct Majority : IMixing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Mix<T>(T b, T c, T d)
            where T : unmanaged, ILanes<T>
            => T.Majority(b, c, d);
    }
}
