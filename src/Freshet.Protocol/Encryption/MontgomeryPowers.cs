using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Freshet.Protocol.Encryption;

/// <summary>
/// Powers modulo the prime of message stream encryption, by Montgomery's multiplication: a tenth of what <see cref="System.Numerics.BigInteger"/> takes. How long it takes tells of the exponent;
/// the scheme hides traffic from a look, it does not keep secrets from somebody who measures.
/// </summary>
public sealed class MontgomeryPowers : IPowers
{
    // Numbers are 12 words, the least first. "Scaled" ones are multiplied by 2^768 modulo the prime: two of them are multiplied without a division.
    private const int Words = MsePrime.Length / sizeof(ulong);

    // Four bits of the exponent at a time.
    private const int WindowBits = 4;
    private const int WindowSize = 1 << WindowBits;

    private static readonly ulong[] Prime = Load(MsePrime.Bytes);

    // What a word is multiplied by, so that the prime times it takes the word away: -1/prime modulo 2^64.
    private static readonly ulong Cancel = FindCancel(Prime[0]);

    // 2^1536 modulo the prime: multiplied by it a number becomes scaled.
    private static readonly ulong[] Scale = PowerOfTwo(2 * 64 * Words);

    private static readonly ulong[] ScaledOne = PowerOfTwo(64 * Words);

    private MontgomeryPowers()
    {
    }

    /// <summary>The one there is; it holds no state.</summary>
    public static MontgomeryPowers Instance { get; } = new();

    /// <inheritdoc/>
    public void Raise(ReadOnlySpan<byte> number, ReadOnlySpan<byte> exponent, Span<byte> result)
    {
        Span<ulong> table = stackalloc ulong[WindowSize * Words];
        ScaledOne.CopyTo(table);
        Span<ulong> scaled = table.Slice(Words, Words);
        Load(number, scaled);
        Multiply(scaled, Scale, scaled);
        for (int i = 2; i < WindowSize; i++)
            Multiply(table.Slice((i - 1) * Words, Words), scaled, table.Slice(i * Words, Words));

        Span<ulong> power = stackalloc ulong[Words];
        ScaledOne.CopyTo(power);
        foreach (byte b in exponent)
        {
            Step(power, table, b >> WindowBits);
            Step(power, table, b & (WindowSize - 1));
        }

        Span<ulong> one = stackalloc ulong[Words];
        one.Clear();
        one[0] = 1;
        Multiply(power, one, power);
        for (int i = 0; i < Words; i++)
            BinaryPrimitives.WriteUInt64BigEndian(result[((Words - 1 - i) * sizeof(ulong))..], power[i]);
    }

    private static void Step(Span<ulong> power, ReadOnlySpan<ulong> table, int digit)
    {
        for (int i = 0; i < WindowBits; i++)
            Multiply(power, power, power);
        if (digit != 0)
            Multiply(power, table.Slice(digit * Words, Words), power);
    }

    /// <summary>Multiplies two scaled numbers. The product may be the memory of either.</summary>
    private static void Multiply(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> product)
    {
        // By references: checks of bounds would be half of the work. Every index is below Words, and the sum has one word more.
        ref ulong number = ref MemoryMarshal.GetReference(left[..Words]);
        ref ulong prime = ref MemoryMarshal.GetArrayDataReference(Prime);
        Span<ulong> total = stackalloc ulong[Words + 1];
        total.Clear();
        ref ulong sum = ref MemoryMarshal.GetReference(total);
        foreach (ulong word in right[..Words])
        {
            // Adds number * word, and as many primes as make the lowest word zero; then drops that word.
            ulong low = sum;
            ulong carry = MultiplyAdd(number, word, ref low, 0);
            ulong factor = low * Cancel;
            ulong carry2 = MultiplyAdd(prime, factor, ref low, 0);
            for (int i = 1; i < Words; i++)
            {
                low = Unsafe.Add(ref sum, i);
                carry = MultiplyAdd(Unsafe.Add(ref number, i), word, ref low, carry);
                carry2 = MultiplyAdd(Unsafe.Add(ref prime, i), factor, ref low, carry2);
                Unsafe.Add(ref sum, i - 1) = low;
            }

            // The sum stays below two primes: one bit above the words is all that there can be.
            ulong top = Unsafe.Add(ref sum, Words) + carry;
            ulong above = top < carry ? 1u : 0;
            top += carry2;
            Unsafe.Add(ref sum, Words - 1) = top;
            Unsafe.Add(ref sum, Words) = above + (top < carry2 ? 1u : 0);
        }

        Reduce(total, product);
    }

    /// <summary>Adds a product and a carry to a word; gives the new carry, which fits: (2^64-1)^2 + 2(2^64-1) is below 2^128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong left, ulong right, ref ulong sum, ulong carry)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        low += carry;
        high += low < carry ? 1u : 0;
        sum += low;
        return high + (sum < low ? 1u : 0);
    }

    /// <summary>A number of one word more, below two primes, less the prime where it is not below it.</summary>
    private static void Reduce(ReadOnlySpan<ulong> number, Span<ulong> result)
    {
        Span<ulong> less = stackalloc ulong[Words];
        ulong borrow = 0;
        for (int i = 0; i < Words; i++)
        {
            ulong word = number[i] - Prime[i];
            ulong next = number[i] < Prime[i] ? 1u : 0;
            less[i] = word - borrow;
            borrow = next + (word < borrow ? 1u : 0);
        }

        if (number[Words] >= borrow)
            less.CopyTo(result);
        else
            number[..Words].CopyTo(result);
    }

    private static ulong FindCancel(ulong word)
    {
        // Newton: each round doubles the bits that are right, of which an odd number has three to begin with.
        ulong inverse = word;
        for (int bits = 3; bits < 64; bits *= 2)
            inverse *= 2 - (word * inverse);
        return 0 - inverse;
    }

    private static ulong[] PowerOfTwo(int exponent)
    {
        ulong[] number = new ulong[Words];
        number[0] = 1;
        Span<ulong> doubled = stackalloc ulong[Words + 1];
        for (; exponent > 0; exponent--)
        {
            ulong carry = 0;
            for (int i = 0; i < Words; i++)
            {
                doubled[i] = (number[i] << 1) | carry;
                carry = number[i] >> 63;
            }

            doubled[Words] = carry;
            Reduce(doubled, number);
        }

        return number;
    }

    private static ulong[] Load(ReadOnlySpan<byte> bytes)
    {
        ulong[] words = new ulong[Words];
        Load(bytes, words);
        return words;
    }

    private static void Load(ReadOnlySpan<byte> bytes, Span<ulong> words)
    {
        for (int i = 0; i < Words; i++)
            words[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[((Words - 1 - i) * sizeof(ulong))..]);
    }
}
