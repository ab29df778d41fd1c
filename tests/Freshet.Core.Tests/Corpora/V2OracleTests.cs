using System.Text.Json;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Torrents made by libtorrent 2.0.8 from content that is there: hashes, roots and layouts of v1, hybrid and v2.</summary>
public sealed class V2OracleTests
{
    [Fact]
    public void Hashes_roots_and_layouts_are_those_of_libtorrent() => Corpus.EachRow("v2-oracle", "expected.json", row =>
    {
        string file = Path.Combine(Corpus.Folder("v2-oracle"), row.Text("file")!);
        if (!File.Exists(file))
            return;
        Metainfo metainfo = Metainfo.Load(File.ReadAllBytes(file), PathRules.Posix);
        Assert.Equal(row.Text("v1"), metainfo.Hashes.V1?.ToString());
        Assert.Equal(row.Text("v2"), metainfo.Hashes.V2?.ToString());
        Assert.Equal(row.Text("mode") switch { "v1only" => TorrentVersion.V1, "v2only" => TorrentVersion.V2, _ => TorrentVersion.Hybrid }, metainfo.Version);
        Assert.Equal(row.GetProperty("piece_length").GetInt32(), metainfo.Layout.PieceLength);
        Assert.True(metainfo.HasAllPieceLayers);
        Assert.Empty(metainfo.Warnings);

        JsonElement[] expected = [.. row.GetProperty("files").EnumerateArray()
            .Where(entry => metainfo.Version != TorrentVersion.V2 || !entry.GetProperty("pad").GetBoolean())];
        Assert.Equal(expected.Length, metainfo.Layout.Files.Count);
        foreach ((JsonElement wanted, FileEntry entry) in expected.Zip(metainfo.Layout.Files))
        {
            Assert.Equal(wanted.Text("path"), entry.Path);
            Assert.Equal(wanted.GetProperty("size").GetInt64(), entry.Length);
            Assert.Equal(wanted.GetProperty("pad").GetBoolean(), entry.IsPad);
            string root = entry.PiecesRoot?.ToString() ?? new string('0', 2 * Sha256Hash.Length);
            Assert.Equal(wanted.Text("pieces_root"), root);
        }
    });

    [Fact]
    public void Content_hashes_to_the_roots_layers_and_pieces() => Corpus.EachRow("v2-oracle", "expected.json", row =>
    {
        string torrent = Path.Combine(Corpus.Folder("v2-oracle"), row.Text("file")!);
        string content = Path.Combine(Corpus.Folder("webtorrent-fixtures"), row.Text("content")!);
        if (!File.Exists(torrent) || !Path.Exists(content))
            return;
        Metainfo metainfo = Metainfo.Load(File.ReadAllBytes(torrent), PathRules.Posix);
        Dictionary<FileIndex, byte[]> files = metainfo.Layout.Files.ToDictionary(file => file.Index, file => ContentOf(file, metainfo, content));
        foreach (FileEntry file in metainfo.Layout.Files)
        {
            if (file.PiecesRoot is not { } root)
                continue;
            Assert.Equal(root, MerkleTree.RootOfData(files[file.Index]));
            if (!metainfo.PieceLayers.TryGetValue(root, out ReadOnlyMemory<byte> layer))
                continue;
            int height = MerkleTree.PieceLayerHeight(metainfo.Layout.PieceLength);
            byte[][] pieces = [.. files[file.Index].Chunk(metainfo.Layout.PieceLength)];
            Assert.Equal(layer.ToArray(), pieces.SelectMany(piece => MerkleTree.RootOfData(piece, height).Bytes.ToArray()));
        }

        for (int i = 0; i < metainfo.Layout.PieceCount && metainfo.Version != TorrentVersion.V2; i++)
        {
            var piece = new PieceIndex(i);
            var bytes = new List<byte>();
            foreach (FileSlice slice in metainfo.Layout.Slices(piece, 0, metainfo.Layout.LengthOf(piece)))
                bytes.AddRange(files[slice.File].AsSpan((int)slice.Offset, slice.Length));
            Assert.Equal(metainfo.PieceHash(piece), new Sha1Hash(System.Security.Cryptography.SHA1.HashData(bytes.ToArray())));
        }
    });

    private static byte[] ContentOf(FileEntry file, Metainfo metainfo, string content)
    {
        if (file.IsPad)
            return new byte[file.Length];
        if (File.Exists(content))
            return File.ReadAllBytes(content);

        // In v2 a folder of one file is a torrent of one file, without the folder.
        string path = Path.Combine(content, metainfo.IsSingleFile ? file.Path : file.Path[(metainfo.Name.Length + 1)..]);
        return File.ReadAllBytes(path);
    }
}
