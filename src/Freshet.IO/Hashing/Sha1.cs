using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>The one place that computes SHA-1 of payload, so that faster kernels have one place to go.</summary>
public static class Sha1
{
    /// <summary>Hashes bytes that lie in one run of memory: the fastest way there is for a single message.</summary>
    public static Sha1Hash Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Sha1Hash.Length];
        SHA1.HashData(bytes, digest);
        return new Sha1Hash(digest);
    }
}
