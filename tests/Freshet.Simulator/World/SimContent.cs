using System.Security.Cryptography;
using System.Text;
using Freshet.Core;

namespace Freshet.Simulator.World;

/// <summary>A torrent and the truth about its bytes, made from a seed.</summary>
public sealed class SimContent
{
    private readonly byte[] _bytes;

    private SimContent(Metainfo metainfo, byte[] bytes)
    {
        Metainfo = metainfo;
        _bytes = bytes;
    }

    /// <summary>The torrent.</summary>
    public Metainfo Metainfo { get; }

    /// <summary>Pieces and files.</summary>
    public PieceLayout Layout => Metainfo.Layout;

    /// <summary>Makes content.</summary>
    /// <param name="random">Draws the bytes.</param>
    /// <param name="pieceLength">In bytes.</param>
    /// <param name="fileLengths">The length of each file in bytes; one file makes a single-file torrent.</param>
    /// <param name="trackers">Announce URLs, each a tier of its own.</param>
    public static SimContent Make(SeededRandom random, int pieceLength, IReadOnlyList<long> fileLengths, params string[] trackers)
    {
        var files = new List<FileEntry>();
        long offset = 0;
        string name = $"content-{random.Next(1_000_000)}";
        for (int i = 0; i < fileLengths.Count; i++)
        {
            string path = fileLengths.Count == 1 ? name : $"{name}/file-{i}";
            files.Add(new FileEntry { Index = new FileIndex(i), Path = path, OriginalPath = path, Length = fileLengths[i], Offset = offset });
            offset += fileLengths[i];
        }

        byte[] bytes = new byte[offset];
        random.NextBytes(bytes);
        var layout = new PieceLayout(files, pieceLength);
        byte[] hashes = new byte[layout.PieceCount * Sha1Hash.Length];
        for (int i = 0; i < layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            SHA1.HashData(bytes.AsSpan((int)layout.OffsetOf(piece), layout.LengthOf(piece)), hashes.AsSpan(i * Sha1Hash.Length));
        }

        // The simulated peers never fetch metadata: any bytes that differ from torrent to torrent will do.
        byte[] info = Encoding.ASCII.GetBytes($"d4:name{name.Length}:{name}e");
        var metainfo = new Metainfo
        {
            Hashes = new InfoHashes(new Sha1Hash(SHA1.HashData([.. info, .. hashes])), null),
            Version = TorrentVersion.V1,
            Name = name,
            IsSingleFile = fileLengths.Count == 1,
            Layout = layout,
            PieceHashes = hashes,
            Trackers = [.. trackers.Select(url => (IReadOnlyList<string>)[url])],
            InfoBytes = info,
        };
        return new SimContent(metainfo, bytes);
    }

    /// <summary>The true bytes of a range.</summary>
    public ReadOnlySpan<byte> Truth(BlockRange range) => _bytes.AsSpan((int)Layout.OffsetOf(range.Piece) + range.Offset, range.Length);

    /// <summary>The true bytes of a file's slice.</summary>
    public ReadOnlySpan<byte> Truth(FileIndex file, long offset, int length)
        => _bytes.AsSpan((int)(Layout.Files[file.Value].Offset + offset), length);

    /// <summary>The true bytes of a piece.</summary>
    public ReadOnlySpan<byte> Truth(PieceIndex piece) => Truth(new BlockRange(piece, 0, Layout.LengthOf(piece)));
}
