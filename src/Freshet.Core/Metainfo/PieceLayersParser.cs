namespace Freshet.Core;

/// <summary>The <c>piece layers</c> of v2 (BEP 52): what is there must be right and wanted; what lacks can come from peers.</summary>
internal static class PieceLayersParser
{
    private const string Key = "piece layers";

    public static (IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> Layers, bool AreAll) Parse(
        BencodeValue value, InfoSection info, ReadOnlyMemory<byte> torrent, ParseContext context)
    {
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        if (info.Version == TorrentVersion.V1)
            return (layers, true);
        if (value.Exists && value.Kind != BencodeKind.Dictionary)
            throw ParseContext.Wrong(Key, value, "a dictionary");

        // Files of the same content share a root and a layer.
        var wanted = new Dictionary<Sha256Hash, long>();
        int pieceLength = info.Layout.PieceLength;
        foreach (RawFile file in info.TreeFiles)
        {
            if (file.Length <= pieceLength || file.PiecesRoot is not { } root)
                continue;
            if (!wanted.TryAdd(root, file.Length) && wanted[root] != file.Length)
                throw new MetainfoException("info.file tree", file.Position, $"has the same 'pieces root' for '{file.DisplayPath}' and a file of another length");
        }

        foreach (BencodePair pair in value.Pairs)
        {
            Sha256Hash root = pair.Key.Length == Sha256Hash.Length
                ? new Sha256Hash(pair.Key)
                : throw new MetainfoException(Key, pair.Position, $"has a key of {pair.Key.Length} bytes, not {Sha256Hash.Length}");
            string key = $"{Key}.{root}";
            if (!pair.Value.TryGetBytes(out ReadOnlySpan<byte> layer))
                throw ParseContext.Wrong(key, pair.Value, "a string");
            if (!wanted.TryGetValue(root, out long length))
                throw new MetainfoException(key, pair.Position, "belongs to no file of more than one piece");
            long expected = (length + pieceLength - 1) / pieceLength * Sha256Hash.Length;
            if (layer.Length != expected)
                throw new MetainfoException(key, pair.Value.Position, $"has {layer.Length} bytes; the file's pieces make {expected}");
            if (!MerkleTree.IsPieceLayer(layer, length, pieceLength, root))
                throw new MetainfoException(key, pair.Value.Position, "does not lead to the file's 'pieces root'");
            int end = pair.Value.Position + pair.Value.Raw.Length;
            layers.Add(root, torrent[(end - layer.Length)..end]);
        }

        if (layers.Count < wanted.Count)
            context.Warn($"'piece layers' lacks {wanted.Count - layers.Count} of {wanted.Count} files");
        return (layers, layers.Count == wanted.Count);
    }
}
