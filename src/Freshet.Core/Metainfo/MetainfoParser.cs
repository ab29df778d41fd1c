namespace Freshet.Core;

/// <summary>Reads .torrent files (BEP 3, 5, 12, 17, 19, 27, 38, 47, 52). Hashes are over the bytes as they stood (THREATS B3).</summary>
internal static class MetainfoParser
{
    public static Metainfo Parse(ReadOnlyMemory<byte> torrent, PathRules rules)
    {
        BencodeDocument document = Read(torrent.Span);
        BencodeValue root = document.Root;
        BencodeValue infoValue = root["info"u8];
        if (infoValue.Kind != BencodeKind.Dictionary)
            throw ParseContext.Wrong("info", infoValue, "a dictionary");

        var context = new ParseContext(new TorrentText(root["encoding"u8]));
        if (document.Length < torrent.Length)
            context.Warn($"{torrent.Length - document.Length} bytes follow the torrent (at byte {document.Length})");
        if (root.FirstUnsortedKey >= 0)
            context.Warn($"a dictionary's keys are out of order (at byte {root.FirstUnsortedKey})");

        ReadOnlyMemory<byte> infoBytes = torrent.Slice(infoValue.Position, infoValue.Raw.Length);
        InfoSection info = InfoParser.Parse(infoValue, infoBytes, rules, context);
        var layers = PieceLayersParser.Parse(root["piece layers"u8], info, torrent, context);
        return new Metainfo
        {
            Hashes = info.Hashes,
            Version = info.Version,
            Name = info.Name,
            IsSingleFile = info.IsSingleFile,
            Layout = info.Layout,
            PieceHashes = info.PieceHashes,
            InfoBytes = infoBytes,
            FileBytes = torrent,
            PieceLayers = layers.Layers,
            HasAllPieceLayers = layers.AreAll,
            Trackers = SourceListParser.Trackers(root, context),
            UrlSeeds = SourceListParser.WebSeeds(root["url-list"u8], "url-list", !info.IsSingleFile, context),
            HttpSeeds = SourceListParser.WebSeeds(root["httpseeds"u8], "httpseeds", asFolders: false, context),
            Nodes = SourceListParser.Nodes(root["nodes"u8], context),
            SimilarTorrents = [.. Similar(root["similar"u8]).Concat(Similar(infoValue["similar"u8])).Distinct().Take(MetainfoLimits.MaxRelatives)],
            Collections = [.. Texts(root["collections"u8], context).Concat(Texts(infoValue["collections"u8], context)).Distinct(StringComparer.Ordinal).Take(MetainfoLimits.MaxRelatives)],
            IsPrivate = IsPrivate(infoValue["private"u8], context),
            Source = context.OptionalText(infoValue["source.utf-8"u8], infoValue["source"u8]),
            Comment = context.OptionalText(root["comment.utf-8"u8], root["comment"u8]),
            CreatedBy = context.OptionalText(root["created by.utf-8"u8], root["created by"u8]),
            CreationDate = CreationDate(root["creation date"u8], context),
            Warnings = context.Warnings(),
        };
    }

    private static BencodeDocument Read(ReadOnlySpan<byte> torrent)
    {
        if (torrent.Length > MetainfoLimits.MaxFileBytes)
            throw new MetainfoException("", -1, $"it has {torrent.Length} bytes; at most {MetainfoLimits.MaxFileBytes} are read");
        if (!BencodeDocument.TryParsePrefix(torrent, BencodeLimits.Metainfo, out BencodeDocument document, out BencodeError error))
            throw new MetainfoException("", error.Position, error.Reason, new BencodeException(error));
        if (document.Root.Kind != BencodeKind.Dictionary)
            throw new MetainfoException("", 0, "it is no dictionary");

        // Two readers could each believe another of the two.
        if (document.FirstDuplicateKey >= 0)
            throw new MetainfoException("", document.FirstDuplicateKey, "a dictionary has a key twice");
        return document;
    }

    // Private is what keeps peers' addresses from strangers: in doubt it is (BEP 27).
    private static bool IsPrivate(BencodeValue value, ParseContext context)
    {
        if (!value.Exists)
            return false;
        if (value.TryGetInteger(out long flag))
            return flag != 0;
        context.Warn($"'info.private' is no integer (at byte {value.Position}): the torrent is taken as private");
        return true;
    }

    private static DateTimeOffset? CreationDate(BencodeValue value, ParseContext context)
    {
        const long LastSecondOfYear9999 = 253402300799;
        if (!value.Exists)
            return null;
        if (value.TryGetInteger(out long seconds) && seconds is >= 0 and <= LastSecondOfYear9999)
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        context.Warn($"'creation date' is no date (at byte {value.Position})");
        return null;
    }

    private static List<Sha1Hash> Similar(BencodeValue list)
    {
        var hashes = new List<Sha1Hash>();
        foreach (BencodeValue item in list.Items)
        {
            if (item.TryGetBytes(out ReadOnlySpan<byte> bytes) && bytes.Length == Sha1Hash.Length)
                hashes.Add(new Sha1Hash(bytes));
        }

        return hashes;
    }

    private static List<string> Texts(BencodeValue list, ParseContext context)
    {
        var texts = new List<string>();
        foreach (BencodeValue item in list.Items)
        {
            if (item.TryGetBytes(out ReadOnlySpan<byte> bytes))
                texts.Add(context.Text.Decode(bytes));
        }

        return texts;
    }
}
