using System.Buffers.Binary;
using System.Security.Cryptography;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Answering;

/// <summary>
/// Tokens (BEP 5): who wants to store something must have asked from the same address shortly before. A token is an HMAC over time, address and target, so that nothing
/// is kept for it, and one is good for nobody and nothing else (THREATS U3).
/// </summary>
internal sealed class Tokens
{
    /// <summary>Bytes of a token: not to be guessed in the ten minutes that it lives.</summary>
    public const int Length = 8;

    /// <summary>After this others are given out; the ones before are good once more as long.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMinutes(5);

    private readonly byte[] _secret;

    /// <summary>Takes the secret that nobody else has.</summary>
    public Tokens(ReadOnlySpan<byte> secret) => _secret = SHA256.HashData(secret);

    /// <summary>Writes the token of an address for a target.</summary>
    public void Write(NodeEndpoint asker, NodeId target, MonoTime now, Span<byte> token) => Write(asker, target, TurnOf(now), token);

    /// <summary>Whether a token was given to this address for this target, not long ago.</summary>
    public bool IsGood(ReadOnlySpan<byte> token, NodeEndpoint asker, NodeId target, MonoTime now)
    {
        if (token.Length != Length)
            return false;
        Span<byte> right = stackalloc byte[Length];
        long turn = TurnOf(now);
        Write(asker, target, turn, right);
        if (CryptographicOperations.FixedTimeEquals(token, right))
            return true;
        Write(asker, target, turn - 1, right);
        return CryptographicOperations.FixedTimeEquals(token, right);
    }

    private static long TurnOf(MonoTime now) => now.Nanoseconds / (Turn.Ticks * 100);

    private void Write(NodeEndpoint asker, NodeId target, long turn, Span<byte> token)
    {
        Span<byte> text = stackalloc byte[(3 * sizeof(long)) + NodeId.Length];
        BinaryPrimitives.WriteInt64LittleEndian(text, turn);
        BinaryPrimitives.WriteUInt64LittleEndian(text[8..], asker.High);
        BinaryPrimitives.WriteUInt64LittleEndian(text[16..], asker.Low);
        target.Bytes.CopyTo(text[24..]);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, text, digest);
        digest[..Length].CopyTo(token);
    }
}
