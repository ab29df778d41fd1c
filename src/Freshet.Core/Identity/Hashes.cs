using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Freshet.Core;

/// <summary>A SHA-1 digest: 20 bytes. Names pieces and torrents of BitTorrent v1 (BEP 3).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly struct Sha1Hash : IEquatable<Sha1Hash>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 20;

    private readonly ulong _a, _b;
    private readonly uint _c;

    /// <summary>Takes the 20 bytes as they stand.</summary>
    /// <exception cref="ArgumentException">There are not 20 bytes.</exception>
    public Sha1Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A SHA-1 hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        this = MemoryMarshal.Read<Sha1Hash>(bytes);
    }

    /// <summary>The bytes, in place.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Sha1Hash>(in this));

    /// <summary>Whether two hashes are the same bytes.</summary>
    public static bool operator ==(Sha1Hash left, Sha1Hash right) => left.Equals(right);

    /// <summary>Whether two hashes differ.</summary>
    public static bool operator !=(Sha1Hash left, Sha1Hash right) => !left.Equals(right);

    /// <summary>Reads 40 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Sha1Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool ok = hex.Length == Length * 2 && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = ok ? new Sha1Hash(bytes) : default;
        return ok;
    }

    /// <inheritdoc/>
    public bool Equals(Sha1Hash other) => _a == other._a && _b == other._b && _c == other._c;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha1Hash other && Equals(other);

    /// <summary>Bits of all bytes, the same in every process. Of all: peers' ids, which are kept as hashes too, begin alike.</summary>
    public override int GetHashCode() => (int)((_a ^ _b ^ _c) >> 32) ^ (int)(_a ^ _b ^ _c);

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);
}

/// <summary>A SHA-256 digest: 32 bytes. Names torrents and merkle nodes of BitTorrent v2 (BEP 52).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly struct Sha256Hash : IEquatable<Sha256Hash>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes the 32 bytes as they stand.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public Sha256Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A SHA-256 hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        this = MemoryMarshal.Read<Sha256Hash>(bytes);
    }

    /// <summary>The bytes, in place.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Sha256Hash>(in this));

    /// <summary>Whether two hashes are the same bytes.</summary>
    public static bool operator ==(Sha256Hash left, Sha256Hash right) => left.Equals(right);

    /// <summary>Whether two hashes differ.</summary>
    public static bool operator !=(Sha256Hash left, Sha256Hash right) => !left.Equals(right);

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Sha256Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool ok = hex.Length == Length * 2 && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = ok ? new Sha256Hash(bytes) : default;
        return ok;
    }

    /// <summary>The first 20 bytes: how trackers, the DHT and handshakes name a v2 torrent (BEP 52).</summary>
    public Sha1Hash Truncate() => new(Bytes[..Sha1Hash.Length]);

    /// <inheritdoc/>
    public bool Equals(Sha256Hash other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha256Hash other && Equals(other);

    /// <summary>The first bytes of the digest: they are random already, and the same in every process.</summary>
    public override int GetHashCode() => (int)(_a ^ (_a >> 32));

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);
}
