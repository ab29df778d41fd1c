namespace Freshet.Core;

/// <summary>Writes a new torrent file (BEP 3, 12, 19, 27, 47, 52). The same draft gives the same bytes, always.</summary>
public static class MetainfoWriter
{
    /// <summary>The bytes of the .torrent file.</summary>
    public static byte[] Write(MetainfoDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var writer = new BencodeWriter(draft.PieceHashes.Length + draft.PieceLayers.Sum(layer => layer.Value.Length) + 4096);
        writer.Dictionary();
        WriteTrackers(writer, draft.Trackers);
        if (draft.Collections.Count > 0)
            WriteTexts(writer.Key("collections"u8), draft.Collections);
        WriteText(writer, "comment"u8, draft.Comment);
        WriteText(writer, "created by"u8, draft.CreatedBy);
        if (draft.CreationDate is { } date)
            writer.Key("creation date"u8).Integer(date.ToUnixTimeSeconds());
        if (draft.CreatedBy is not null || draft.Comment is not null)
            writer.Key("encoding"u8).String("UTF-8"u8);
        WriteInfo(writer.Key("info"u8), draft);
        if (draft.Version != TorrentVersion.V1)
            WritePieceLayers(writer.Key("piece layers"u8), draft.PieceLayers);
        WriteSimilar(writer, draft.SimilarTorrents);
        WriteWebSeeds(writer, draft.WebSeeds);
        return writer.End().ToArray();
    }

    /// <summary>The bytes of a .torrent file around an info dictionary, whose bytes stay as they stand, as it came from peers.</summary>
    /// <param name="info">The info dictionary, bencoded.</param>
    /// <param name="trackers">The trackers, by tier.</param>
    /// <param name="webSeeds">The web seeds.</param>
    /// <param name="pieceLayers">The piece layers of a v2 side, by root; null: none are known.</param>
    public static byte[] WriteAround(
        ReadOnlySpan<byte> info,
        IReadOnlyList<IReadOnlyList<string>> trackers,
        IReadOnlyList<string> webSeeds,
        IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? pieceLayers = null)
    {
        ArgumentNullException.ThrowIfNull(trackers);
        ArgumentNullException.ThrowIfNull(webSeeds);
        var writer = new BencodeWriter(info.Length + 4096);
        writer.Dictionary();
        WriteTrackers(writer, trackers);
        writer.Key("info"u8).Raw(info);
        if (pieceLayers is not null)
            WritePieceLayers(writer.Key("piece layers"u8), pieceLayers);
        WriteWebSeeds(writer, webSeeds);
        return writer.End().ToArray();
    }

    private static void WriteTrackers(BencodeWriter writer, IReadOnlyList<IReadOnlyList<string>> tiers)
    {
        if (tiers.Count == 0)
            return;
        writer.Key("announce"u8).String(tiers[0][0]);

        // One tracker needs no list; older programs know "announce" alone.
        if (tiers is [{ Count: 1 }])
            return;
        writer.Key("announce-list"u8).List();
        foreach (IReadOnlyList<string> tier in tiers)
            WriteTexts(writer, tier);
        writer.End();
    }

    private static void WriteInfo(BencodeWriter writer, MetainfoDraft draft)
    {
        bool hasV1 = draft.Version != TorrentVersion.V2, hasV2 = draft.Version != TorrentVersion.V1;
        writer.Dictionary();
        if (hasV2)
            FileTreeWriter.Write(writer.Key("file tree"u8), draft);
        if (hasV1)
            WriteFiles(writer, draft.Files);
        if (hasV2)
            writer.Key("meta version"u8).Integer(2);
        writer.Key("name"u8).String(draft.Name).Key("piece length"u8).Integer(draft.PieceLength);
        if (hasV1)
            writer.Key("pieces"u8).String(draft.PieceHashes.Span);
        if (draft.IsPrivate)
            writer.Key("private"u8).Integer(1);
        WriteText(writer, "source"u8, draft.Source);
        writer.End();
    }

    private static void WriteFiles(BencodeWriter writer, IReadOnlyList<DraftFile> files)
    {
        if (files is [{ Path: "" } single])
        {
            writer.Key("length"u8).Integer(single.Length);
            return;
        }

        writer.Key("files"u8).List();
        foreach (DraftFile file in files)
        {
            writer.Dictionary();
            if (file.IsPad)
                writer.Key("attr"u8).String("p"u8);
            writer.Key("length"u8).Integer(file.Length).Key("path"u8);
            WriteTexts(writer, file.Path.Split('/'));
            writer.End();
        }

        writer.End();
    }

    private static void WritePieceLayers(BencodeWriter writer, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        writer.Dictionary();
        foreach ((Sha256Hash root, ReadOnlyMemory<byte> layer) in layers.OrderBy(layer => layer.Key, Comparer<Sha256Hash>.Create((a, b) => a.Bytes.SequenceCompareTo(b.Bytes))))
            writer.Key(root.Bytes).String(layer.Span);
        writer.End();
    }

    // Outside of the info dictionary, as BEP 38 has it: what a torrent is said to be like does not make it another.
    private static void WriteSimilar(BencodeWriter writer, IReadOnlyList<Sha1Hash> similar)
    {
        if (similar.Count == 0)
            return;
        writer.Key("similar"u8).List();
        foreach (Sha1Hash hash in similar)
            writer.String(hash.Bytes);
        writer.End();
    }

    private static void WriteWebSeeds(BencodeWriter writer, IReadOnlyList<string> seeds)
    {
        if (seeds.Count == 0)
            return;
        writer.Key("url-list"u8);
        WriteTexts(writer, seeds);
    }

    private static void WriteTexts(BencodeWriter writer, IReadOnlyList<string> texts)
    {
        writer.List();
        foreach (string text in texts)
            writer.String(text);
        writer.End();
    }

    private static void WriteText(BencodeWriter writer, ReadOnlySpan<byte> key, string? text)
    {
        if (text is not null)
            writer.Key(key).String(text);
    }
}
