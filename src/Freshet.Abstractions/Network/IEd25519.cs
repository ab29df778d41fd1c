namespace Freshet.Abstractions;

/// <summary>
/// Ed25519 signatures (RFC 8032), by which BEP 44's mutable items and BEP 46's feeds are known. Where the machine has none, whoever needs one is given null: mutable items are
/// then refused, and all else works.
/// </summary>
public interface IEd25519
{
    /// <summary>Bytes of a seed: the private key as RFC 8032 has it.</summary>
    const int SeedBytes = 32;

    /// <summary>Bytes of a public key.</summary>
    const int PublicKeyBytes = 32;

    /// <summary>Bytes of a signature.</summary>
    const int SignatureBytes = 64;

    /// <summary>Whether the key's owner has signed the message; false for a key or a signature of any other length.</summary>
    /// <param name="publicKey">The public key.</param>
    /// <param name="message">The message.</param>
    /// <param name="signature">The signature.</param>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>Signs a message.</summary>
    /// <param name="seed">The <see cref="SeedBytes"/> of the private key.</param>
    /// <param name="message">The message.</param>
    /// <param name="signature">Takes <see cref="SignatureBytes"/>.</param>
    void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature);

    /// <summary>The public key of a private one.</summary>
    /// <param name="seed">The <see cref="SeedBytes"/> of the private key.</param>
    /// <param name="publicKey">Takes <see cref="PublicKeyBytes"/>.</param>
    void PublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey);
}
