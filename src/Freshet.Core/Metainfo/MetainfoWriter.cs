namespace Freshet.Core;

/// <summary>Writes a new torrent file (BEP 3, 12, 19, 27). The same draft gives the same bytes, always.</summary>
public static class MetainfoWriter
{
    /// <summary>The bytes of the .torrent file.</summary>
    public static byte[] Write(MetainfoDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var writer = new BencodeWriter(draft.PieceHashes.Length + 4096);
        writer.Dictionary();
        WriteTrackers(writer, draft.Trackers);
        WriteText(writer, "comment"u8, draft.Comment);
        WriteText(writer, "created by"u8, draft.CreatedBy);
        if (draft.CreationDate is { } date)
            writer.Key("creation date"u8).Integer(date.ToUnixTimeSeconds());
        if (draft.CreatedBy is not null || draft.Comment is not null)
            writer.Key("encoding"u8).String("UTF-8"u8);
        WriteInfo(writer.Key("info"u8), draft);
        WriteWebSeeds(writer, draft.WebSeeds);
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
        writer.Dictionary();
        bool single = draft.Files is [{ Path: "" }];
        if (!single)
        {
            writer.Key("files"u8).List();
            foreach (DraftFile file in draft.Files)
            {
                writer.Dictionary().Key("length"u8).Integer(file.Length).Key("path"u8);
                WriteTexts(writer, file.Path.Split('/'));
                writer.End();
            }

            writer.End();
        }
        else
        {
            writer.Key("length"u8).Integer(draft.Files[0].Length);
        }

        writer.Key("name"u8).String(draft.Name).Key("piece length"u8).Integer(draft.PieceLength).Key("pieces"u8).String(draft.PieceHashes.Span);
        if (draft.IsPrivate)
            writer.Key("private"u8).Integer(1);
        WriteText(writer, "source"u8, draft.Source);
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
