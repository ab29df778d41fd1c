using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>The one place that computes SHA-256 of payload, so that faster kernels have one place to go.</summary>
public static class Sha256
{
    /// <summary>Hashes bytes that lie in one run of memory.</summary>
    public static Sha256Hash Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Sha256Hash.Length];
        SHA256.HashData(bytes, digest);
        return new Sha256Hash(digest);
    }
}
