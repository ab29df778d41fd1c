namespace Freshet.Core;

/// <summary>The files of v1: the list <c>files</c>, or the one file that <c>name</c> and <c>length</c> describe (BEP 3, BEP 47).</summary>
internal static class FileListParser
{
    // BitComet's fillers, from before BEP 47.
    private const string BitCometPadPrefix = "_____padding_file_";

    public static List<RawFile> ParseList(BencodeValue files, ParseContext context)
    {
        if (files.Kind != BencodeKind.List)
            throw ParseContext.Wrong("info.files", files, "a list");
        var result = new List<RawFile>();
        foreach (BencodeValue file in files.Items)
        {
            try
            {
                result.Add(ParseFile(file, context));
            }
            catch (MetainfoException error)
            {
                throw error.Within($"info.files[{result.Count}]");
            }
        }

        if (result.Count == 0)
            throw new MetainfoException("info.files", files.Position, "is empty");
        return result;
    }

    public static RawFile ParseSingle(BencodeValue info, string name)
    {
        FileAttributesBep47 attributes = ParseContext.AttributesOf(info) & ~(FileAttributesBep47.Pad | FileAttributesBep47.Symlink);
        return new RawFile(info.Position, [name], ParseContext.LengthOf(info["length"u8], "info.length"), attributes);
    }

    private static RawFile ParseFile(BencodeValue file, ParseContext context)
    {
        if (file.Kind != BencodeKind.Dictionary)
            throw ParseContext.Wrong("", file, "a dictionary");

        FileAttributesBep47 attributes = ParseContext.AttributesOf(file);
        string? target = null;
        long length = 0;
        if ((attributes & FileAttributesBep47.Symlink) != 0)
        {
            target = TargetOf(file["symlink path"u8], context);
            if (target is null)
            {
                context.Warn($"the file at byte {file.Position} is marked as a link but leads nowhere: it is taken as an empty file");
                attributes &= ~FileAttributesBep47.Symlink;
            }
        }
        else
        {
            length = ParseContext.LengthOf(file["length"u8], "length");
        }

        string[] path = PathOf(file, length, attributes, context);
        context.CountPath(path, file.Position);
        if (path[^1].StartsWith(BitCometPadPrefix, StringComparison.Ordinal))
            attributes |= FileAttributesBep47.Pad;
        return new RawFile(file.Position, path, length, attributes, target);
    }

    /// <summary>Where a link leads; null where that is not said.</summary>
    public static string? TargetOf(BencodeValue target, ParseContext context)
    {
        if (target.Kind != BencodeKind.List)
            return null;

        // BEP 47 forbids "." and ".."; torrents that have them are in use. Links are not made, so the target is only shown.
        string[] path = [.. context.PathOf(target, "symlink path").Where(element => element is not ("." or ".." or ""))];
        return path.Length == 0 ? null : string.Join('/', path);
    }

    private static string[] PathOf(BencodeValue file, long length, FileAttributesBep47 attributes, ParseContext context)
    {
        BencodeValue utf8 = file["path.utf-8"u8];
        bool isUtf8 = utf8.Kind == BencodeKind.List;
        BencodeValue list = isUtf8 ? utf8 : file["path"u8];
        string pathKey = isUtf8 ? "path.utf-8" : "path";
        if (list.Kind == BencodeKind.List)
        {
            string[] path = context.PathOf(list, pathKey);
            if (path.Length > 0)
                return path;
        }

        // A filler needs no name: it is never stored.
        if ((attributes & FileAttributesBep47.Pad) != 0)
            return [".pad", length.ToString()];
        throw list.Kind == BencodeKind.List ? new MetainfoException(pathKey, list.Position, "is empty") : ParseContext.Wrong(pathKey, list, "a list");
    }
}
