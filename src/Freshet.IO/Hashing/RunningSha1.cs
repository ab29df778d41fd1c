using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Hashing;

/// <summary>A SHA-1 that bytes go into one run after another. Not thread-safe: one job at a time has it.</summary>
public sealed class RunningSha1 : IPieceHash
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);

    /// <inheritdoc/>
    public int Covered { get; private set; }

    /// <summary>Adds the bytes that follow those covered already.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Covered += bytes.Length;
    }

    /// <summary>The digest of what is covered; more may follow.</summary>
    public Sha1Hash Current()
    {
        Span<byte> digest = stackalloc byte[Sha1Hash.Length];
        _hash.GetCurrentHash(digest);
        return new Sha1Hash(digest);
    }

    /// <summary>The digest of what is covered, and a fresh start.</summary>
    public Sha1Hash Finish()
    {
        Span<byte> digest = stackalloc byte[Sha1Hash.Length];
        _hash.GetHashAndReset(digest);
        Covered = 0;
        return new Sha1Hash(digest);
    }

    /// <summary>Forgets what is covered.</summary>
    public void Reset()
    {
        if (Covered > 0)
            _ = Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
