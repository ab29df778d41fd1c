using System.Text;
using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>Makes small well-formed torrents of each version, with odd names, filler, links and empty files.</summary>
internal sealed class TorrentMaker(SeededRandom random)
{
    private static readonly string[] Names =
    [
        "a", "b", "A", "dir", "file.txt", "File.TXT", "con", "..", ".", "x/y", "\u202Etxt.exe", "grün", "日本", "trailing. ", "a:b", ".pad", "\u0007bell", "COM1.log",
    ];

    private readonly List<(string[] Path, long Length, string Attributes, byte[]? Root, byte[]? Layer)> _files = [];

    public byte[] Make(TorrentVersion version)
    {
        int pieceLength = BlockRange.BlockLength << random.Next(3);
        bool isSingle = version != TorrentVersion.Hybrid && random.Chance(0.3);
        int count = isSingle ? 1 : 1 + random.Next(5);
        for (int i = 0; i < count; i++)
            AddFile(i, pieceLength, isSingle, version);
        if (_files.TrueForAll(file => file.Length == 0))
            _files[^1] = MakeFile(_files[^1].Path, 1 + random.Next(5000), pieceLength, "");
        _files.Sort((x, y) => string.CompareOrdinal(x.Path[0], y.Path[0]));
        return Write(version, pieceLength, isSingle);
    }

    private void AddFile(int number, int pieceLength, bool isSingle, TorrentVersion version)
    {
        // The number keeps the names of a tree apart and in order.
        string name = $"{number}{Names[random.Next(Names.Length)]}";
        string[] path = isSingle || random.Chance(0.5) ? [name] : [name, Names[random.Next(Names.Length)]];
        long length = random.Next(5) switch { 0 => 0, 1 => random.Next(100), 2 => pieceLength, _ => random.Next(4 * pieceLength) };
        bool isLink = !isSingle && random.Chance(0.1);
        string attributes = isLink ? "l" : random.Chance(0.2) ? "hx" : "";
        _files.Add(MakeFile(path, isLink ? 0 : length, version == TorrentVersion.V1 ? 0 : pieceLength, attributes));
    }

    private (string[] Path, long Length, string Attributes, byte[]? Root, byte[]? Layer) MakeFile(string[] path, long length, int pieceLength, string attributes)
    {
        if (length == 0 || pieceLength == 0)
            return (path, length, attributes, null, null);
        byte[] layer = new byte[(length + pieceLength - 1) / pieceLength * Sha256Hash.Length];
        random.NextBytes(layer);
        Sha256Hash root = length <= pieceLength ? new Sha256Hash(layer) : MerkleTree.RootOfLayer(layer, MerkleTree.PieceLayerHeight(pieceLength));
        return (path, length, attributes, root.Bytes.ToArray(), length <= pieceLength ? null : layer);
    }

    private byte[] Write(TorrentVersion version, int pieceLength, bool isSingle)
    {
        var writer = new BencodeWriter();
        writer.Dictionary().Key("announce"u8).String("http://tracker.example/announce");
        writer.Key("announce-list"u8).List().List().String("udp://tracker.example:80").End().End();
        writer.Key("creation date"u8).Integer(1_600_000_000).Key("encoding"u8).String(random.Chance(0.2) ? "GBK" : "UTF-8");
        writer.Key("info"u8).Dictionary();
        if (version != TorrentVersion.V1)
            WriteTree(writer.Key("file tree"u8));
        long total = 0;
        if (version != TorrentVersion.V2)
            total = isSingle ? WriteLength(writer) : WriteList(writer.Key("files"u8), version == TorrentVersion.Hybrid ? pieceLength : 0);
        if (version != TorrentVersion.V1)
            writer.Key("meta version"u8).Integer(2);
        writer.Key("name"u8).String(isSingle ? _files[0].Path[0] : Names[random.Next(Names.Length)]);
        writer.Key("piece length"u8).Integer(pieceLength);
        if (version != TorrentVersion.V2)
            writer.Key("pieces"u8).String(new byte[(total + pieceLength - 1) / pieceLength * Sha1Hash.Length]);
        writer.Key("private"u8).Integer(random.Next(2)).End();
        writer.Key("nodes"u8).List().List().String("node.example").Integer(6881).End().End();
        if (version != TorrentVersion.V1)
            WriteLayers(writer.Key("piece layers"u8));
        return writer.Key("url-list"u8).String("http://seed.example/path with space").End().ToArray();
    }

    private long WriteLength(BencodeWriter writer)
    {
        writer.Key("length"u8).Integer(_files[0].Length);
        return _files[0].Length;
    }

    private long WriteList(BencodeWriter writer, int align)
    {
        long offset = 0;
        writer.List();
        foreach ((string[] path, long length, string attributes, _, _) in _files)
        {
            if (align > 0 && length > 0 && offset % align != 0)
            {
                long filler = align - (offset % align);
                writer.Dictionary().Key("attr"u8).String("p").Key("length"u8).Integer(filler).End();
                offset += filler;
            }

            writer.Dictionary().Key("attr"u8).String(attributes).Key("length"u8).Integer(length).Key("path"u8).List();
            foreach (string element in path)
                writer.String(element);
            writer.End();
            if (attributes == "l")
                writer.Key("symlink path"u8).List().String("a").End();
            writer.End();
            offset += length;
        }

        writer.End();
        return offset;
    }

    private void WriteTree(BencodeWriter writer)
    {
        writer.Dictionary();
        foreach ((string[] path, long length, string attributes, byte[]? root, _) in _files)
        {
            foreach (string element in path)
                writer.Key(Encoding.UTF8.GetBytes(element)).Dictionary();
            writer.Key(""u8).Dictionary().Key("attr"u8).String(attributes).Key("length"u8).Integer(length);
            if (root is not null)
                writer.Key("pieces root"u8).String(root);
            if (attributes == "l")
                writer.Key("symlink path"u8).List().String("a").End();
            writer.End();
            foreach (string _ in path)
                writer.End();
        }

        writer.End();
    }

    private void WriteLayers(BencodeWriter writer)
    {
        writer.Dictionary();
        foreach ((byte[] root, byte[] layer) in _files.Where(file => file.Layer is not null)
            .Select(file => (file.Root!, file.Layer!)).OrderBy(pair => Convert.ToHexString(pair.Item1), StringComparer.Ordinal))
        {
            writer.Key(root).String(layer);
        }

        writer.End();
    }
}
