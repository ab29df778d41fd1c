using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Engine.Metadata;

/// <summary>What the hashes of a link say of bytes.</summary>
public enum MetadataVerdict : byte
{
    /// <summary>They are not what the link names.</summary>
    Wrong,

    /// <summary>They are the info dictionary.</summary>
    Right,

    /// <summary>They are what one hash of the link names, and not what the other does: the link contradicts itself, and no peer is to blame.</summary>
    Conflict,
}

/// <summary>Judges metadata by the hashes that a link names, before anybody reads what is in it (THREATS B7).</summary>
public static class MetadataCheck
{
    /// <summary>Judges bytes.</summary>
    public static MetadataVerdict Judge(InfoHashes hashes, ReadOnlySpan<byte> info)
    {
        Span<byte> sha1 = stackalloc byte[Sha1Hash.Length];
        Span<byte> sha256 = stackalloc byte[Sha256Hash.Length];
        bool? v1 = hashes.V1 is { } first ? SHA1.HashData(info, sha1) > 0 && new Sha1Hash(sha1) == first : null;
        bool? v2 = hashes.V2 is { } second ? SHA256.HashData(info, sha256) > 0 && new Sha256Hash(sha256) == second : null;
        if (v1 != true && v2 != true)
            return MetadataVerdict.Wrong;
        return v1 == false || v2 == false ? MetadataVerdict.Conflict : MetadataVerdict.Right;
    }
}
