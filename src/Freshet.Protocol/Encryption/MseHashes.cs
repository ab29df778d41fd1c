using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Protocol.Encryption;

/// <summary>What message stream encryption derives from the secret that both sides agreed on and from the info-hash, its "SKEY".</summary>
public static class MseHashes
{
    /// <summary>By which a peer names a torrent to whoever has it, and to nobody else: the hash of the info-hash.</summary>
    public static Sha1Hash Masked(InfoHash swarm) => Hash("req2"u8, swarm.Value.Bytes);

    /// <summary>The end of the first padding: only who has the secret knows it.</summary>
    internal static Sha1Hash Secret(ReadOnlySpan<byte> secret) => Hash("req1"u8, secret);

    /// <summary>A name (<see cref="Masked"/>) as it is sent, or back: combined with another hash of the secret.</summary>
    internal static Sha1Hash Cover(Sha1Hash masked, ReadOnlySpan<byte> secret)
    {
        Sha1Hash key = Hash("req3"u8, secret);
        Span<byte> covered = stackalloc byte[Sha1Hash.Length];
        for (int i = 0; i < covered.Length; i++)
            covered[i] = (byte)(masked.Bytes[i] ^ key.Bytes[i]);
        return new Sha1Hash(covered);
    }

    /// <summary>The stream of the side that dialled.</summary>
    internal static Rc4 DiallerStream(ReadOnlySpan<byte> secret, InfoHash swarm) => new(Hash("keyA"u8, secret, swarm.Value.Bytes).Bytes);

    /// <summary>The stream of the side that was dialled.</summary>
    internal static Rc4 DialledStream(ReadOnlySpan<byte> secret, InfoHash swarm) => new(Hash("keyB"u8, secret, swarm.Value.Bytes).Bytes);

    private static Sha1Hash Hash(ReadOnlySpan<byte> name, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        Span<byte> text = stackalloc byte[name.Length + first.Length + second.Length];
        name.CopyTo(text);
        first.CopyTo(text[name.Length..]);
        second.CopyTo(text[(name.Length + first.Length)..]);
        Span<byte> hash = stackalloc byte[Sha1Hash.Length];
        SHA1.HashData(text, hash);
        return new Sha1Hash(hash);
    }
}
