namespace Freshet.Protocol.Encryption;

/// <summary>The group in which both sides of message stream encryption agree on a secret: a prime of 768 bits, and the generator 2.</summary>
public static class MsePrime
{
    /// <summary>Bytes of the prime, of each public key and of the secret.</summary>
    public const int Length = 96;

    /// <summary>Bytes of a private key: what the specification recommends, and as much as SHA-1 makes of the secret.</summary>
    public const int PrivateKeyLength = 20;

    private const byte Generator = 2;

    /// <summary>The prime, the greatest byte first.</summary>
    public static ReadOnlySpan<byte> Bytes =>
    [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc9, 0x0f, 0xda, 0xa2, 0x21, 0x68, 0xc2, 0x34, 0xc4, 0xc6, 0x62, 0x8b, 0x80, 0xdc, 0x1c, 0xd1,
        0x29, 0x02, 0x4e, 0x08, 0x8a, 0x67, 0xcc, 0x74, 0x02, 0x0b, 0xbe, 0xa6, 0x3b, 0x13, 0x9b, 0x22, 0x51, 0x4a, 0x08, 0x79, 0x8e, 0x34, 0x04, 0xdd,
        0xef, 0x95, 0x19, 0xb3, 0xcd, 0x3a, 0x43, 0x1b, 0x30, 0x2b, 0x0a, 0x6d, 0xf2, 0x5f, 0x14, 0x37, 0x4f, 0xe1, 0x35, 0x6d, 0x6d, 0x51, 0xc2, 0x45,
        0xe4, 0x85, 0xb5, 0x76, 0x62, 0x5e, 0x7e, 0xc6, 0xf4, 0x4c, 0x42, 0xe9, 0xa6, 0x3a, 0x36, 0x21, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x05, 0x63,
    ];

    /// <summary>
    /// Whether a public key leads to a secret: from 2 to the prime less 2. With 0, 1, the prime less 1 and what is above it whoever listens knows the secret beforehand (THREATS W7).
    /// </summary>
    /// <param name="key"><see cref="Length"/> bytes.</param>
    public static bool IsPublicKey(ReadOnlySpan<byte> key)
    {
        // No carry: the prime's last byte is 0x63.
        ReadOnlySpan<byte> largest = Bytes;
        bool isSmall = key[..^1].IndexOfAnyExcept((byte)0) < 0 && key[^1] < Generator;
        int order = key[..^1].SequenceCompareTo(largest[..^1]);
        bool isLarge = order > 0 || (order == 0 && key[^1] > largest[^1] - 2);
        return !isSmall && !isLarge;
    }

    /// <summary>The public key of a private one.</summary>
    /// <param name="powers">Who calculates.</param>
    /// <param name="privateKey">The private key.</param>
    /// <param name="publicKey">Takes <see cref="Length"/> bytes.</param>
    public static void PublicKey(IPowers powers, ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Span<byte> generator = stackalloc byte[Length];
        generator.Clear();
        generator[^1] = Generator;
        powers.Raise(generator, privateKey, publicKey);
    }
}
