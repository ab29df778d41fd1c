using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Engine.Tests.Session;

/// <summary>The bytes of some files and a torrent of any version over them: with a v2 side every file starts a piece (BEP 52), in a hybrid by means of filler.</summary>
internal sealed class ContentOfFiles
{
    public ContentOfFiles(TorrentVersion version, int pieceLength, SeededRandom random, params int[] lengths)
    {
        var files = new List<FileEntry>();
        var bytes = new List<byte>();
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        foreach (int length in lengths)
        {
            int gap = (pieceLength - (bytes.Count % pieceLength)) % pieceLength;
            if (version == TorrentVersion.Hybrid && gap > 0 && files.Count > 0)
                Add(files, bytes, new byte[gap], FileAttributesBep47.Pad, null);
            byte[] content = new byte[length];
            random.NextBytes(content);
            Add(files, bytes, content, FileAttributesBep47.None, version == TorrentVersion.V1 || length == 0 ? null : MerkleTree.RootOfData(content));
            if (version != TorrentVersion.V1 && length > pieceLength)
                layers[files[^1].PiecesRoot!.Value] = LayerOf(content, pieceLength);
        }

        Bytes = [.. bytes];
        PieceLayout layout = version == TorrentVersion.V2 ? PieceLayout.StartingPiecesAtFiles(files, pieceLength) : new PieceLayout(files, pieceLength);
        byte[] sha1 = version == TorrentVersion.V2 ? [] : [.. Bytes.Chunk(pieceLength).SelectMany(SHA1.HashData)];
        byte[] info = [.. sha1, .. files.SelectMany(file => file.PiecesRoot?.Bytes.ToArray() ?? [])];
        Metainfo = new Metainfo
        {
            Hashes = new InfoHashes(
                version == TorrentVersion.V2 ? null : new Sha1Hash(SHA1.HashData(info)), version == TorrentVersion.V1 ? null : new Sha256Hash(SHA256.HashData(info))),
            Version = version,
            Name = "content",
            IsSingleFile = lengths.Length == 1,
            Layout = layout,
            PieceHashes = sha1,
            PieceLayers = layers,
            InfoBytes = ReadOnlyMemory<byte>.Empty,
        };
    }

    public byte[] Bytes { get; }

    public Metainfo Metainfo { get; }

    private static byte[] LayerOf(byte[] content, int pieceLength)
        => [.. content.Chunk(pieceLength).SelectMany(piece => MerkleTree.RootOfData(piece, MerkleTree.PieceLayerHeight(pieceLength)).Bytes.ToArray())];

    private static void Add(List<FileEntry> files, List<byte> bytes, byte[] content, FileAttributesBep47 attributes, Sha256Hash? root)
    {
        files.Add(new FileEntry
        {
            Index = new FileIndex(files.Count),
            Path = $"content/{files.Count}",
            OriginalPath = $"content/{files.Count}",
            Length = content.Length,
            Offset = bytes.Count,
            Attributes = attributes,
            PiecesRoot = root,
        });
        bytes.AddRange(content);
    }
}
