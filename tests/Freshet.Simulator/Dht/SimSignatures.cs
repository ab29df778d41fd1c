using System.Security.Cryptography;
using Freshet.Abstractions;

namespace Freshet.Simulator.Dht;

/// <summary>
/// Stands in for Ed25519, of which a world without native code has none: the public key is a hash of the seed, a signature a hash over public key and message. It tells a
/// changed message and another key as the real one does; only whoever means to forge one could.
/// </summary>
public sealed class SimSignatures : IEd25519
{
    /// <summary>The one.</summary>
    public static SimSignatures Instance { get; } = new();

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> right = stackalloc byte[IEd25519.SignatureBytes];
        Make(publicKey, message, right);
        return signature.SequenceEqual(right);
    }

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> key = stackalloc byte[IEd25519.PublicKeyBytes];
        PublicKey(seed, key);
        Make(key, message, signature);
    }

    /// <inheritdoc/>
    public void PublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey) => SHA256.HashData(seed, publicKey);

    private static void Make(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> signature) => SHA512.HashData([.. key, .. message], signature);
}
