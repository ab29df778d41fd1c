using System.Diagnostics.CodeAnalysis;

namespace Freshet.IO.Hashing;

/// <summary>
/// A 32-bit word of each of several messages that are hashed together, one message a lane: what <see cref="Sha1Rounds"/> and <see cref="Sha256Rounds"/> are written in,
/// once for every instruction set.
/// </summary>
/// <typeparam name="T">The type itself.</typeparam>
internal unsafe interface ILanes<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The number of lanes.</summary>
    static virtual int Count => sizeof(T) / sizeof(uint);

    /// <summary>The same word in every lane.</summary>
    static abstract T Create(uint word);

    static abstract T operator +(T left, T right);

    static abstract T operator ^(T left, T right);

    static abstract T RotateLeft(T value, [ConstantExpected] byte count);

    static abstract T ShiftRight(T value, [ConstantExpected] byte count);

    /// <summary>Each bit from <paramref name="b"/> where that of <paramref name="which"/> is set, else from <paramref name="c"/> (<c>Ch</c> of FIPS 180-4).</summary>
    static abstract T Choose(T which, T b, T c);

    /// <summary>Exclusive or of three.</summary>
    static abstract T Parity(T a, T b, T c);

    /// <summary>Each bit that at least two have (<c>Maj</c> of FIPS 180-4).</summary>
    static abstract T Majority(T a, T b, T c);

    /// <summary>Takes the next 64 bytes of every message, big-endian, as sixteen words.</summary>
    /// <param name="bytes">The first message's bytes.</param>
    /// <param name="stride">From one message's bytes to the next one's.</param>
    /// <param name="words">Where the sixteen words of all lanes go.</param>
    static abstract void Load(byte* bytes, nint stride, T* words);
}
