using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.State;

/// <summary>Resume records as bytes, with a digest over all that is believed: what the disk has altered is found out, not believed (THREATS B11).</summary>
internal static class RecordCodec
{
    /// <summary>Half a SHA-256: enough against chance, and nobody who can write the file needs to forge it.</summary>
    private const int DigestLength = 16;

    private const int StampLength = 16;
    private const int PartialHeadLength = 8;

    /// <summary>v1's 20 bytes, v2's 32, or both in this order: the length tells which.</summary>
    public static byte[] Hashes(InfoHashes hashes)
    {
        byte[] bytes = new byte[(hashes.V1 is null ? 0 : Sha1Hash.Length) + (hashes.V2 is null ? 0 : Sha256Hash.Length)];
        hashes.V1?.Bytes.CopyTo(bytes);
        hashes.V2?.Bytes.CopyTo(bytes.AsSpan(bytes.Length - Sha256Hash.Length));
        return bytes;
    }

    /// <summary>Reads <see cref="Hashes"/>.</summary>
    /// <exception cref="FormatException">They have another length.</exception>
    public static InfoHashes ParseHashes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        Sha1Hash.Length => new InfoHashes(new Sha1Hash(bytes), null),
        Sha256Hash.Length => new InfoHashes(null, new Sha256Hash(bytes)),
        Sha1Hash.Length + Sha256Hash.Length => new InfoHashes(new Sha1Hash(bytes[..Sha1Hash.Length]), new Sha256Hash(bytes[Sha1Hash.Length..])),
        _ => throw new FormatException("no info-hashes"),
    };

    /// <summary>Per partial piece: its number and the length of its bits (4 bytes each, little-endian), then the bits.</summary>
    public static byte[] Partials(IReadOnlyList<PartialPieceRecord> partials)
    {
        byte[] bytes = new byte[partials.Sum(partial => PartialHeadLength + partial.Blocks.Length)];
        Span<byte> rest = bytes;
        foreach (PartialPieceRecord partial in partials)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, partial.Piece.Value);
            BinaryPrimitives.WriteInt32LittleEndian(rest[4..], partial.Blocks.Length);
            partial.Blocks.Span.CopyTo(rest[PartialHeadLength..]);
            rest = rest[(PartialHeadLength + partial.Blocks.Length)..];
        }

        return bytes;
    }

    /// <summary>Reads <see cref="Partials"/>; null for anything that is not of its form.</summary>
    public static List<PartialPieceRecord>? ParsePartials(ReadOnlySpan<byte> bytes, int pieceCount)
    {
        var partials = new List<PartialPieceRecord>();
        while (bytes.Length > 0)
        {
            if (bytes.Length < PartialHeadLength)
                return null;
            int piece = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
            bytes = bytes[PartialHeadLength..];
            if ((uint)piece >= (uint)pieceCount || (uint)length > (uint)bytes.Length)
                return null;
            partials.Add(new PartialPieceRecord(new PieceIndex(piece), bytes[..length].ToArray()));
            bytes = bytes[length..];
        }

        return partials;
    }

    /// <summary>Per file: length and time, 8 bytes each, little-endian.</summary>
    public static byte[] Stamps(IReadOnlyList<FileStamp> stamps)
    {
        byte[] bytes = new byte[stamps.Count * StampLength];
        for (int i = 0; i < stamps.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * StampLength), stamps[i].Length);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((i * StampLength) + 8), stamps[i].ModifiedTicks);
        }

        return bytes;
    }

    /// <summary>Reads <see cref="Stamps"/>; null for anything that is not of its form.</summary>
    public static FileStamp[]? ParseStamps(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % StampLength != 0)
            return null;
        var stamps = new FileStamp[bytes.Length / StampLength];
        for (int i = 0; i < stamps.Length; i++)
        {
            ReadOnlySpan<byte> stamp = bytes.Slice(i * StampLength, StampLength);
            stamps[i] = new FileStamp(BinaryPrimitives.ReadInt64LittleEndian(stamp), BinaryPrimitives.ReadInt64LittleEndian(stamp[8..]));
        }

        return stamps;
    }

    /// <summary>The digest over a row: each part with its length before it, so that no byte can wander from one to the next.</summary>
    public static byte[] Digest(
        ReadOnlySpan<byte> hashes, string directory, string boot, ReadOnlySpan<long> numbers, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(digest, hashes);
        Add(digest, Encoding.UTF8.GetBytes(directory));
        Add(digest, Encoding.UTF8.GetBytes(boot));
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (long number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            Add(digest, bytes);
        }

        foreach (ReadOnlyMemory<byte> part in parts)
            Add(digest, part.Span);
        return digest.GetHashAndReset()[..DigestLength];
    }

    private static void Add(IncrementalHash digest, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        digest.AppendData(length);
        digest.AppendData(part);
    }
}
