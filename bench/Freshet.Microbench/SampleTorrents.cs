using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Freshet.Core;

namespace Freshet.Microbench;

/// <summary>Torrents to measure with.</summary>
internal static class SampleTorrents
{
    /// <summary>The digest of every piece of <see cref="OneFile"/>.</summary>
    public static Sha1Hash Digest { get; } = new(SHA1.HashData("piece"u8));

    /// <summary>A torrent of one file whose pieces all have <see cref="Digest"/>.</summary>
    public static Metainfo OneFile(int pieces, int pieceLength)
    {
        byte[] hashes = new byte[pieces * Sha1Hash.Length];
        for (int i = 0; i < pieces; i++)
            Digest.Bytes.CopyTo(hashes.AsSpan(i * Sha1Hash.Length));
        return new Metainfo
        {
            Hashes = new InfoHashes(new Sha1Hash(SHA1.HashData(hashes)), null),
            Version = TorrentVersion.V1,
            Name = "file",
            IsSingleFile = true,
            Layout = Layout(pieces, pieceLength),
            PieceHashes = hashes,
            InfoBytes = ReadOnlyMemory<byte>.Empty,
        };
    }

    /// <summary>So many whole pieces in one file.</summary>
    public static PieceLayout Layout(int pieces, int pieceLength)
        => new([new FileEntry { Index = new FileIndex(0), Path = "file", OriginalPath = "file", Length = (long)pieces * pieceLength, Offset = 0 }], pieceLength);

    /// <summary>The bytes of a torrent of many files, a hundred in a folder, with names as people give them.</summary>
    public static byte[] ManyFiles(int files)
    {
        const int FileLength = 100_000;
        const int PieceLength = 1 << 20;
        DraftFile[] all = [.. Enumerable.Range(0, files).Select(i => new DraftFile($"Season {i / 100:000}/Chapter {i % 100:00} - A title of usual length ({i}).flac", FileLength))];
        byte[] hashes = new byte[(((long)files * FileLength) + PieceLength - 1) / PieceLength * Sha1Hash.Length];
        new SeededRandom(1).NextBytes(hashes);
        return MetainfoWriter.Write(new MetainfoDraft { Name = "Collection", Files = all, PieceLength = PieceLength, PieceHashes = hashes });
    }

    /// <summary>The same values as JSON; strings that are no text (the pieces) as base 64.</summary>
    public static byte[] AsJson(byte[] bencode)
    {
        var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            WriteJson(BencodeDocument.Parse(bencode, BencodeLimits.Metainfo).Root, json);
        return stream.ToArray();
    }

    private static void WriteJson(BencodeValue value, Utf8JsonWriter json)
    {
        switch (value.Kind)
        {
            case BencodeKind.Integer:
                json.WriteNumberValue(value.IntegerOr(0));
                break;
            case BencodeKind.List:
                json.WriteStartArray();
                foreach (BencodeValue item in value.Items)
                    WriteJson(item, json);
                json.WriteEndArray();
                break;
            case BencodeKind.Dictionary:
                json.WriteStartObject();
                foreach (BencodePair pair in value.Pairs)
                {
                    json.WritePropertyName(pair.Key);
                    WriteJson(pair.Value, json);
                }

                json.WriteEndObject();
                break;
            default:
                value.TryGetBytes(out ReadOnlySpan<byte> bytes);
                if (Utf8.IsValid(bytes))
                    json.WriteStringValue(bytes);
                else
                    json.WriteBase64StringValue(bytes);
                break;
        }
    }
}
