using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>What is kept in the DHT (BEP 44): a bencoded value of at most 1,000 bytes, either named by its hash, or signed by a key that may put another in its place.</summary>
public sealed record DhtItem
{
    /// <summary>The value as it stands, bencoded.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The public key of a mutable item, 32 bytes; empty for an immutable one.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>What tells apart the items of one key; often empty.</summary>
    public ReadOnlyMemory<byte> Salt { get; init; }

    /// <summary>The number that grows with each new value of a mutable item.</summary>
    public long Sequence { get; init; }

    /// <summary>The signature of a mutable item, 64 bytes.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Whether a key signs it.</summary>
    public bool IsMutable => !Key.IsEmpty;

    /// <summary>Where it is kept.</summary>
    public NodeId Target => IsMutable ? TargetOf(Key.Span, Salt.Span) : TargetOf(Value.Span);

    /// <summary>Where an immutable item is kept: the SHA-1 of its value.</summary>
    public static NodeId TargetOf(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(value, hash);
        return new NodeId(hash);
    }

    /// <summary>Where a mutable item is kept: the SHA-1 of key and salt.</summary>
    public static NodeId TargetOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        Span<byte> bytes = stackalloc byte[IEd25519.PublicKeyBytes + DhtLimits.MaxSalt];
        key.CopyTo(bytes);
        salt.CopyTo(bytes[key.Length..]);
        return TargetOf(bytes[..(key.Length + salt.Length)]);
    }

    /// <summary>Signs a value.</summary>
    /// <param name="seed">The private key, 32 bytes.</param>
    /// <param name="salt">What tells apart the items of one key; at most 64 bytes.</param>
    /// <param name="sequence">Higher than before.</param>
    /// <param name="value">The value, bencoded, at most 1,000 bytes.</param>
    /// <param name="signatures">Who signs.</param>
    public static DhtItem Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> value, IEd25519 signatures)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(salt.Length, DhtLimits.MaxSalt, nameof(salt));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, DhtLimits.MaxValue, nameof(value));
        byte[] key = new byte[IEd25519.PublicKeyBytes];
        byte[] signature = new byte[IEd25519.SignatureBytes];
        signatures.PublicKey(seed, key);
        signatures.Sign(seed, SignedBytes(salt, sequence, value), signature);
        return new DhtItem { Value = value.ToArray(), Key = key, Salt = salt.ToArray(), Sequence = sequence, Signature = signature };
    }

    /// <summary>Whether a value is signed by a key.</summary>
    public static bool IsSigned(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> value, ReadOnlySpan<byte> signature, IEd25519 signatures)
        => key.Length == IEd25519.PublicKeyBytes && signature.Length == IEd25519.SignatureBytes
            && signatures.Verify(key, SignedBytes(salt, sequence, value), signature);

    /// <summary>What is signed: the pairs of a dictionary without its ends, salt where there is one, number, value.</summary>
    internal static ReadOnlySpan<byte> SignedBytes(ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> value)
    {
        BencodeWriter writer = new BencodeWriter(value.Length + salt.Length + 64).Dictionary();
        if (!salt.IsEmpty)
            writer.Key("salt"u8).String(salt);
        return writer.Key("seq"u8).Integer(sequence).Key("v"u8).Raw(value).End().Written[1..^1];
    }
}
