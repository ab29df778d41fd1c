using System.Numerics;
using System.Text.Json;
using Freshet.Core;
using Freshet.Protocol.Encryption;

namespace Freshet.Protocol.Tests.Encryption;

public sealed class PowersTests
{
    private static readonly BigInteger Prime = Number(MsePrime.Bytes);

    [Fact]
    public void Powers_are_those_of_plain_arithmetic()
    {
        var random = new SeededRandom(1);
        byte[] exponent = new byte[MsePrime.PrivateKeyLength];
        for (int i = 0; i < 200; i++)
        {
            random.NextBytes(exponent);
            BigInteger number = i % 4 == 0 ? Prime - 1 - random.Next(1000) : Below(random, Prime);
            Assert.Equal(BigInteger.ModPow(number, Number(exponent), Prime), Number(Raise(number, exponent)));
        }
    }

    [Fact]
    public void Small_and_large_numbers_and_exponents_come_out()
    {
        foreach (BigInteger number in (BigInteger[])[0, 1, 2, 3, Prime - 2, Prime - 1, BigInteger.One << 64, (BigInteger.One << 767) + 1])
        {
            foreach (byte[] exponent in (byte[][])[[], [0], [1], [2], [0, 0, 3], [255, 255], [16, 0, 0, 0, 0, 0, 0, 0, 0]])
                Assert.Equal(BigInteger.ModPow(number, Number(exponent), Prime), Number(Raise(number, exponent)));
        }
    }

    [Fact]
    public void Both_sides_come_to_the_same_secret()
    {
        var random = new SeededRandom(2);
        byte[] ours = new byte[MsePrime.PrivateKeyLength];
        byte[] theirs = new byte[MsePrime.PrivateKeyLength];
        random.NextBytes(ours);
        random.NextBytes(theirs);
        byte[] ourKey = new byte[MsePrime.Length];
        byte[] theirKey = new byte[MsePrime.Length];
        MsePrime.PublicKey(MontgomeryPowers.Instance, ours, ourKey);
        MsePrime.PublicKey(MontgomeryPowers.Instance, theirs, theirKey);
        Assert.Equal(Raise(Number(theirKey), ours), Raise(Number(ourKey), theirs));
    }

    /// <summary>THREATS W7.</summary>
    [Fact]
    public void Keys_whose_secret_is_known_beforehand_are_no_keys()
    {
        foreach (BigInteger key in (BigInteger[])[0, 1, Prime - 1, Prime, Prime + 1, (BigInteger.One << 768) - 1])
            Assert.False(MsePrime.IsPublicKey(Bytes(key)), $"{key}");
        foreach (BigInteger key in (BigInteger[])[2, 3, 256, Prime - 2, Prime - 3, BigInteger.One << 700])
            Assert.True(MsePrime.IsPublicKey(Bytes(key)), $"{key}");
    }

    [Fact]
    public void The_prime_and_the_boundaries_of_the_corpus_are_ours()
    {
        JsonElement vectors = Corpus.Read("vectors/mse.json");
        Assert.Equal(vectors.GetProperty("prime").GetString(), Convert.ToHexStringLower(MsePrime.Bytes));
        foreach (JsonElement key in vectors.GetProperty("degenerate_public_keys_must_be_refused").EnumerateArray())
            Assert.False(MsePrime.IsPublicKey(Bytes(Spoken(key))));
        foreach (JsonElement key in vectors.GetProperty("boundary_accepted").EnumerateArray())
            Assert.True(MsePrime.IsPublicKey(Bytes(Spoken(key))));
    }

    private static BigInteger Spoken(JsonElement key)
    {
        string text = key.ToString();
        return text[0] == 'p' ? Prime - (text.Length > 1 ? BigInteger.Parse(text[2..]) : 0) : BigInteger.Parse(text);
    }

    private static byte[] Raise(BigInteger number, byte[] exponent)
    {
        byte[] result = new byte[MsePrime.Length];
        MontgomeryPowers.Instance.Raise(Bytes(number), exponent, result);
        return result;
    }

    private static BigInteger Below(SeededRandom random, BigInteger bound)
    {
        byte[] bytes = new byte[MsePrime.Length];
        random.NextBytes(bytes);
        return Number(bytes) % bound;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[MsePrime.Length];
        byte[] digits = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, bytes.Length - digits.Length);
        return bytes;
    }
}
