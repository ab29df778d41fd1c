using System.Security.Cryptography;
using Freshet.Abstractions;

namespace Freshet.Engine.Tests.Dht;

/// <summary>Stands in for Ed25519: a signature is a hash over public key and message.</summary>
internal sealed class FakeSignatures : IEd25519
{
    public static FakeSignatures Instance { get; } = new();

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => signature.SequenceEqual(SHA512.HashData([.. publicKey, .. message]));

    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
        => SHA512.HashData([.. SHA256.HashData(seed), .. message], signature);

    public void PublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey) => SHA256.HashData(seed, publicKey);
}
