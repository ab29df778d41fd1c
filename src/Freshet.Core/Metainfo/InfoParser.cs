using System.Security.Cryptography;

namespace Freshet.Core;

/// <summary>What the info dictionary says.</summary>
internal sealed record InfoSection(
    InfoHashes Hashes, TorrentVersion Version, string Name, bool IsSingleFile, PieceLayout Layout, ReadOnlyMemory<byte> PieceHashes, List<RawFile> TreeFiles);

/// <summary>Reads and validates the info dictionary: version, piece length, name, files, piece hashes.</summary>
internal static class InfoParser
{
    public static InfoSection Parse(BencodeValue info, ReadOnlyMemory<byte> bytes, PathRules rules, ParseContext context)
    {
        bool hasTree = IsVersion2(info);
        if (hasTree && info.FirstUnsortedKey >= 0)
            throw new MetainfoException("info", info.FirstUnsortedKey, "has keys out of order, which v2 forbids");
        int pieceLength = PieceLengthOf(info["piece length"u8], hasTree);

        List<RawFile> tree = hasTree ? FileTreeParser.Parse(info["file tree"u8], context) : [];
        bool hasList = HasV1(info, hasTree, context);
        bool listIsMany = hasList && info["files"u8].Exists;
        string rawName = RawName(info, context);
        List<RawFile> list = !hasList ? [] : listIsMany ? FileListParser.ParseList(info["files"u8], context) : [FileListParser.ParseSingle(info, rawName)];
        bool isSingleFile = hasList ? !listIsMany : tree is [{ Path.Length: 1 }];
        List<RawFile> files = hasList ? list : tree;
        if (hasTree && hasList)
            HybridFiles.RequireSame(list, tree, pieceLength, isSingleFile);
        if (listIsMany && info["length"u8].Exists)
            context.Warn("'info' has both 'files' and 'length': the list of files counts");

        var hashes = new InfoHashes(
            hasList ? new Sha1Hash(SHA1.HashData(bytes.Span)) : null, hasTree ? new Sha256Hash(SHA256.HashData(bytes.Span)) : null);
        string name = SafeName(rawName, info, isSingleFile, hashes, rules, context);
        PieceLayout layout = new LayoutBuilder(rules, context).Build(files, isSingleFile ? null : name, rawName, tree, pieceLength, !hasList);
        return new InfoSection(
            hashes,
            hasTree ? hasList ? TorrentVersion.Hybrid : TorrentVersion.V2 : TorrentVersion.V1,
            name,
            isSingleFile,
            layout,
            hasList ? PieceHashesOf(info["pieces"u8], info, bytes, layout.PieceCount) : default,
            tree);
    }

    private static bool IsVersion2(BencodeValue info)
    {
        const string Key = "info.meta version";
        BencodeValue version = info["meta version"u8];
        bool hasTree = info["file tree"u8].Exists;
        if (!version.Exists)
            return hasTree ? throw new MetainfoException(Key, -1, "is missing, though there is a 'file tree'") : false;
        if (!version.TryGetInteger(out long value))
            throw ParseContext.Wrong(Key, version, "an integer");
        return value switch
        {
            1 when !hasTree => false,
            2 => true,
            _ => throw new MetainfoException(Key, version.Position, hasTree ? $"is {value}, though there is a 'file tree'" : $"is {value}; versions 1 and 2 are known"),
        };
    }

    private static int PieceLengthOf(BencodeValue value, bool isVersion2)
    {
        const string Key = "info.piece length";
        if (!value.TryGetInteger(out long length))
            throw ParseContext.Wrong(Key, value, "an integer");
        if (length is <= 0 or > MetainfoLimits.MaxPieceLength)
            throw new MetainfoException(Key, value.Position, $"is {length}; it is between 1 and {MetainfoLimits.MaxPieceLength}");
        if (isVersion2 && (length < BlockRange.BlockLength || !long.IsPow2(length)))
            throw new MetainfoException(Key, value.Position, $"is {length}; in v2 it is a power of two and at least {BlockRange.BlockLength}");
        return (int)length;
    }

    // A v2 torrent is a hybrid where it has all of v1: hashes and lengths.
    private static bool HasV1(BencodeValue info, bool hasTree, ParseContext context)
    {
        if (!hasTree)
            return true;
        bool hasFiles = info["files"u8].Exists || info["length"u8].Exists;
        bool hasPieces = info["pieces"u8].Exists;
        if (hasFiles != hasPieces)
            context.Warn("'info' has only half of what v1 needs: the torrent is taken as v2");
        return hasFiles && hasPieces;
    }

    private static string RawName(BencodeValue info, ParseContext context)
    {
        BencodeValue utf8 = info["name.utf-8"u8];
        BencodeValue name = utf8.TryGetBytes(out ReadOnlySpan<byte> bytes) && !bytes.IsEmpty ? utf8 : info["name"u8];
        if (!name.TryGetBytes(out bytes))
            throw ParseContext.Wrong("info.name", name, "a string");
        return context.Text.Decode(bytes);
    }

    private static string SafeName(string name, BencodeValue info, bool isSingleFile, InfoHashes hashes, PathRules rules, ParseContext context)
    {
        // The one file of v1 is named by this and nothing else; a folder can be named by the hash.
        BencodeValue value = info["name"u8];
        if (isSingleFile && name.Length == 0)
            throw new MetainfoException("info.name", value.Position, "is empty");
        if (!PathSanitizer.TrySanitize(name, rules, out string safe))
        {
            if (isSingleFile && hashes.V1 is not null)
                throw new MetainfoException("info.name", value.Position, "has nothing that could name a file");
            safe = hashes.ToString();
        }

        if (safe != name)
            context.Warn($"the torrent's name is not safe to use: '{safe}' is used");
        return safe;
    }

    private static ReadOnlyMemory<byte> PieceHashesOf(BencodeValue pieces, BencodeValue info, ReadOnlyMemory<byte> infoBytes, int pieceCount)
    {
        const string Key = "info.pieces";
        if (!pieces.TryGetBytes(out ReadOnlySpan<byte> hashes))
            throw ParseContext.Wrong(Key, pieces, "a string");
        if (hashes.Length % Sha1Hash.Length != 0)
            throw new MetainfoException(Key, pieces.Position, $"has {hashes.Length} bytes, which is no multiple of {Sha1Hash.Length}");
        if (hashes.Length / Sha1Hash.Length != pieceCount)
            throw new MetainfoException(Key, pieces.Position, $"has {hashes.Length / Sha1Hash.Length} hashes, but the files make {pieceCount} pieces");
        int end = pieces.Position - info.Position + pieces.Raw.Length;
        return infoBytes[(end - hashes.Length)..end];
    }
}
