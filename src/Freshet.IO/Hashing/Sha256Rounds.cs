using System.Runtime.CompilerServices;

namespace Freshet.IO.Hashing;

/// <summary>SHA-256 (FIPS 180-4, section 6.2.2), every lane its own message.</summary>
internal readonly unsafe struct Sha256Rounds : ILaneRounds
{
    /// <inheritdoc/>
    public static ReadOnlySpan<uint> Start => [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ];

    /// <inheritdoc/>
    /// <remarks>Compiled at once as well as can be: the first call may last seconds, and code for a start would be ten times slower.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress<T>(T* state, byte* bytes, nint stride, int length)
        where T : unmanaged, ILanes<T>
    {
        T* w = stackalloc T[16];
        fixed (uint* k = Constants)
        {
            for (int offset = 0; offset < length; offset += 64)
            {
                T.Load(bytes + offset, stride, w);
                T a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];

                // Eight rounds a turn, after which each variable has its own name again: nothing is moved.
                for (int t = 0; t < 64; t += 8)
                {
                    if (t >= 16)
                        Expand(w, t & 15);
                    T* v = w + (t & 15);
                    Round(a, b, c, ref d, e, f, g, ref h, v[0] + T.Create(k[t]));
                    Round(h, a, b, ref c, d, e, f, ref g, v[1] + T.Create(k[t + 1]));
                    Round(g, h, a, ref b, c, d, e, ref f, v[2] + T.Create(k[t + 2]));
                    Round(f, g, h, ref a, b, c, d, ref e, v[3] + T.Create(k[t + 3]));
                    Round(e, f, g, ref h, a, b, c, ref d, v[4] + T.Create(k[t + 4]));
                    Round(d, e, f, ref g, h, a, b, ref c, v[5] + T.Create(k[t + 5]));
                    Round(c, d, e, ref f, g, h, a, ref b, v[6] + T.Create(k[t + 6]));
                    Round(b, c, d, ref e, f, g, h, ref a, v[7] + T.Create(k[t + 7]));
                }

                state[0] += a;
                state[1] += b;
                state[2] += c;
                state[3] += d;
                state[4] += e;
                state[5] += f;
                state[6] += g;
                state[7] += h;
            }
        }
    }

    // What was h is the next a, what was d the next e.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<T>(T a, T b, T c, ref T d, T e, T f, T g, ref T h, T word)
        where T : unmanaged, ILanes<T>
    {
        T mixed = h + word + T.Choose(e, f, g) + T.Parity(T.RotateLeft(e, 26), T.RotateLeft(e, 21), T.RotateLeft(e, 7));
        d += mixed;
        h = mixed + (T.Majority(a, b, c) + T.Parity(T.RotateLeft(a, 30), T.RotateLeft(a, 19), T.RotateLeft(a, 10)));
    }

    // The last sixteen words of the schedule are kept, the oldest of which make room for the next eight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand<T>(T* w, int first)
        where T : unmanaged, ILanes<T>
    {
        for (int t = first; t < first + 8; t++)
        {
            T near = w[(t - 2) & 15], far = w[(t + 1) & 15];
            T nearMixed = T.Parity(T.RotateLeft(near, 15), T.RotateLeft(near, 13), T.ShiftRight(near, 10));
            T farMixed = T.Parity(T.RotateLeft(far, 25), T.RotateLeft(far, 14), T.ShiftRight(far, 3));
            w[t] = w[t] + farMixed + (w[(t - 7) & 15] + nearMixed);
        }
    }
}
