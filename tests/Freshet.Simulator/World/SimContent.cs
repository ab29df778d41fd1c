using System.Security.Cryptography;
using System.Text;
using Freshet.Abstractions;
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

    /// <summary>The priorities that fetch some files and skip the others; null, which is all, for null.</summary>
    public IReadOnlyList<FilePriority>? Only(IReadOnlyList<FileIndex>? files)
        => files is null ? null : [.. Layout.Files.Select(file => files.Contains(file.Index) ? FilePriority.Normal : FilePriority.Skip)];

    /// <summary>Makes content.</summary>
    /// <param name="random">Draws the bytes.</param>
    /// <param name="pieceLength">In bytes.</param>
    /// <param name="fileLengths">The length of each file in bytes; one file makes a single-file torrent.</param>
    /// <param name="trackers">Announce URLs, each a tier of its own.</param>
    public static SimContent Make(SeededRandom random, int pieceLength, IReadOnlyList<long> fileLengths, params string[] trackers)
        => Make(random, pieceLength, fileLengths, null, trackers);

    private static SimContent Make(SeededRandom random, int pieceLength, IReadOnlyList<long> fileLengths, byte[][]? contents, params string[] trackers)
    {
        string name = $"content-{random.Next(1_000_000)}";
        var files = new List<FileEntry>();
        for (int i = 0; i < fileLengths.Count; i++)
            AddFile(files, fileLengths.Count == 1 ? name : $"{name}/file-{i}", fileLengths[i], FileAttributesBep47.None);
        return Make(name, new PieceLayout(files, pieceLength), Fill(random, files, contents), TorrentVersion.V1, trackers);
    }

    /// <summary>Makes content of a torrent with a v2 side, where each file starts a piece: in a hybrid by filler between the files.</summary>
    /// <param name="random">Draws the bytes.</param>
    /// <param name="version">v2 or hybrid.</param>
    /// <param name="pieceLength">In bytes: a power of two, at least 16 KiB.</param>
    /// <param name="fileLengths">The length of each file in bytes.</param>
    /// <param name="hasLayers">Whether the metadata has the piece layers; else peers have to be asked for them.</param>
    public static SimContent MakeV2(SeededRandom random, TorrentVersion version, int pieceLength, IReadOnlyList<long> fileLengths, bool hasLayers = true)
        => MakeV2(random, version, pieceLength, fileLengths, hasLayers, null);

    private static SimContent MakeV2(SeededRandom random, TorrentVersion version, int pieceLength, IReadOnlyList<long> fileLengths, bool hasLayers, byte[][]? contents)
    {
        string name = $"{version}-{random.Next(1_000_000)}";
        var files = new List<FileEntry>();
        for (int i = 0; i < fileLengths.Count; i++)
        {
            AddFile(files, $"{name}/file-{i}", fileLengths[i], FileAttributesBep47.None);
            long filler = (pieceLength - (fileLengths[i] % pieceLength)) % pieceLength;
            if (version == TorrentVersion.Hybrid && filler > 0 && i < fileLengths.Count - 1)
                AddFile(files, $"{name}/.pad/{filler}", filler, FileAttributesBep47.Pad);
        }

        byte[] bytes = Fill(random, files, contents);
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        int height = MerkleTree.PieceLayerHeight(pieceLength);
        for (int i = 0; i < files.Count; i++)
        {
            if (!files[i].IsStored || files[i].Length == 0)
                continue;
            byte[] content = bytes[(int)files[i].Offset..(int)(files[i].Offset + files[i].Length)];
            Sha256Hash root = MerkleTree.RootOfData(content);
            files[i] = files[i] with { PiecesRoot = root };
            if (hasLayers && content.Length > pieceLength)
                layers[root] = content.Chunk(pieceLength).SelectMany(piece => MerkleTree.RootOfData(piece, height).Bytes.ToArray()).ToArray();
        }

        PieceLayout layout = version == TorrentVersion.V2 ? PieceLayout.StartingPiecesAtFiles(files, pieceLength) : new PieceLayout(files, pieceLength);
        SimContent made = Make(name, layout, bytes, version, []);
        return new SimContent(made.Metainfo with { PieceLayers = layers, HasAllPieceLayers = hasLayers }, bytes);
    }

    /// <summary>Makes a torrent of files with given bytes.</summary>
    /// <param name="random">Draws the name.</param>
    /// <param name="version">v1, v2 or hybrid.</param>
    /// <param name="pieceLength">In bytes.</param>
    /// <param name="contents">The bytes of each file.</param>
    public static SimContent Of(SeededRandom random, TorrentVersion version, int pieceLength, params byte[][] contents)
    {
        long[] lengths = [.. contents.Select(static content => content.LongLength)];
        return version == TorrentVersion.V1 ? Make(random, pieceLength, lengths, contents, []) : MakeV2(random, version, pieceLength, lengths, hasLayers: true, contents);
    }

    /// <summary>The same content with another side or other metadata.</summary>
    public SimContent With(Func<Metainfo, Metainfo> change) => new(change(Metainfo), _bytes);

    private static void AddFile(List<FileEntry> files, string path, long length, FileAttributesBep47 attributes)
    {
        long offset = files.Count == 0 ? 0 : files[^1].Offset + files[^1].Length;
        files.Add(new FileEntry
        {
            Index = new FileIndex(files.Count),
            Path = path,
            OriginalPath = path,
            Length = length,
            Offset = offset,
            Attributes = attributes,
        });
    }

    private static byte[] Fill(SeededRandom random, List<FileEntry> files, byte[][]? contents)
    {
        byte[] bytes = new byte[files[^1].Offset + files[^1].Length];
        int next = 0;
        foreach (FileEntry file in files.Where(static file => file.IsStored))
        {
            if (contents is null)
                random.NextBytes(bytes.AsSpan((int)file.Offset, (int)file.Length));
            else
                contents[next++].CopyTo(bytes.AsSpan((int)file.Offset));
        }

        return bytes;
    }

    private static SimContent Make(string name, PieceLayout layout, byte[] bytes, TorrentVersion version, string[] trackers)
    {
        byte[] hashes = new byte[layout.PieceCount * Sha1Hash.Length];
        for (int i = 0; i < layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            SHA1.HashData(bytes.AsSpan((int)layout.OffsetOf(piece), layout.LengthOf(piece)), hashes.AsSpan(i * Sha1Hash.Length));
        }

        // Nobody reads it: any bytes that differ from torrent to torrent will do.
        byte[] info = [.. Encoding.ASCII.GetBytes($"d4:name{name.Length}:{name}e"), .. hashes];
        var metainfo = new Metainfo
        {
            Hashes = HashesOf(version, info),
            Version = version,
            Name = name,
            IsSingleFile = layout.Files.Count == 1,
            Layout = layout,
            PieceHashes = version == TorrentVersion.V2 ? default : hashes,
            Trackers = [.. trackers.Select(url => (IReadOnlyList<string>)[url])],
            InfoBytes = info,
        };
        return new SimContent(metainfo, bytes);
    }

    /// <summary>The same content with an info dictionary of a size that real ones hardly have.</summary>
    public SimContent WithInfoOf(int size, SeededRandom random) => With(metainfo =>
    {
        byte[] info = new byte[size];
        random.NextBytes(info);
        return metainfo with { InfoBytes = info, Hashes = HashesOf(metainfo.Version, info) };
    });

    /// <summary>What is known of the torrent once its info dictionary has come from peers: all but the piece layers.</summary>
    public Metainfo Fetched => Metainfo.Version == TorrentVersion.V1 ? Metainfo : Metainfo with { PieceLayers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>(), HasAllPieceLayers = false };

    private static InfoHashes HashesOf(TorrentVersion version, byte[] info) => new(
        version == TorrentVersion.V2 ? null : new Sha1Hash(SHA1.HashData(info)),
        version == TorrentVersion.V1 ? null : new Sha256Hash(SHA256.HashData(info)));

    /// <summary>The hashes that a request asks for, from a tree of our own over the whole file, so that this checks the product's.</summary>
    public byte[] HashesOf(HashRequest request)
    {
        FileEntry file = Layout.Files.First(file => file.PiecesRoot == request.Root);
        var layer = Truth(file.Index, 0, (int)file.Length).ToArray().Chunk(BlockRange.BlockLength).Select(SHA256.HashData).ToList();
        while (!System.Numerics.BitOperations.IsPow2(layer.Count))
            layer.Add(new byte[Sha256Hash.Length]);
        var tree = new List<List<byte[]>> { layer };
        while (tree[^1].Count > 1)
            tree.Add([.. tree[^1].Chunk(2).Select(static pair => SHA256.HashData([.. pair[0], .. pair[1]]))]);
        IEnumerable<byte[]> hashes = tree[request.BaseLayer].Skip(request.Index).Take(request.Length);
        int omitted = System.Numerics.BitOperations.Log2((uint)request.Length) - 1;
        for (int above = omitted + 1; above <= request.ProofLayers; above++)
            hashes = hashes.Append(tree[request.BaseLayer + above][(request.Index >> above) ^ 1]);
        return [.. hashes.SelectMany(static hash => hash)];
    }

    /// <summary>The true bytes of a range.</summary>
    public ReadOnlySpan<byte> Truth(BlockRange range) => _bytes.AsSpan((int)Layout.OffsetOf(range.Piece) + range.Offset, range.Length);

    /// <summary>The true bytes of a file's slice.</summary>
    public ReadOnlySpan<byte> Truth(FileIndex file, long offset, int length)
        => _bytes.AsSpan((int)(Layout.Files[file.Value].Offset + offset), length);

    /// <summary>The true bytes of a piece.</summary>
    public ReadOnlySpan<byte> Truth(PieceIndex piece) => Truth(new BlockRange(piece, 0, Layout.LengthOf(piece)));
}
