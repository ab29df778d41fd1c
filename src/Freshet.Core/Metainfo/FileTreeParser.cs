namespace Freshet.Core;

/// <summary>The files of v2: the nested dictionaries of <c>file tree</c> (BEP 52), in which a file is a dictionary with one empty key.</summary>
internal static class FileTreeParser
{
    private const string Key = "info.file tree";

    public static List<RawFile> Parse(BencodeValue tree, ParseContext context)
    {
        if (tree.Kind != BencodeKind.Dictionary)
            throw ParseContext.Wrong(Key, tree, "a dictionary");

        var files = new List<RawFile>();
        try
        {
            AddFolder(tree, [], files, context);
        }
        catch (MetainfoException error)
        {
            throw error.Within(Key);
        }

        return files.Count > 0 ? files : throw new MetainfoException(Key, tree.Position, "has no files");
    }

    // Goes as deep as the folders, and those are counted: at most MaxPathElements calls.
    private static void AddFolder(BencodeValue folder, string[] path, List<RawFile> files, ParseContext context)
    {
        foreach (BencodePair entry in folder.Pairs)
        {
            string name = context.Text.Decode(entry.Key);
            try
            {
                AddEntry(entry, [.. path, name], files, context);
            }
            catch (MetainfoException error)
            {
                throw error.Within(name);
            }
        }
    }

    private static void AddEntry(BencodePair entry, string[] path, List<RawFile> files, ParseContext context)
    {
        if (entry.Key.IsEmpty)
            throw new MetainfoException("", entry.Position, "has an empty name where a file or folder is expected");
        if (entry.Value.Kind != BencodeKind.Dictionary)
            throw ParseContext.Wrong("", entry.Value, "a dictionary");
        if (path.Length > MetainfoLimits.MaxPathElements)
            throw new MetainfoException("", entry.Position, $"lies deeper than {MetainfoLimits.MaxPathElements} folders");

        context.CountPath(path, entry.Position);
        if (entry.Value[""u8].Exists)
            files.Add(ParseFile(entry.Value, path, context));
        else
            AddFolder(entry.Value, path, files, context);
    }

    private static RawFile ParseFile(BencodeValue node, string[] path, ParseContext context)
    {
        if (node.Count() != 1)
            throw new MetainfoException("", node.Position, "is a file and a folder at once");
        BencodeValue file = node[""u8];
        if (file.Kind != BencodeKind.Dictionary)
            throw ParseContext.Wrong("", file, "a dictionary");

        FileAttributesBep47 attributes = ParseContext.AttributesOf(file);
        if ((attributes & FileAttributesBep47.Pad) != 0)
            throw new MetainfoException("attr", file.Position, "marks filler, which v2 has none of");
        if ((attributes & FileAttributesBep47.Symlink) != 0)
        {
            string target = FileListParser.TargetOf(file["symlink path"u8], context)
                ?? throw new MetainfoException("symlink path", file.Position, "is missing or leads nowhere");
            return new RawFile(file.Position, path, 0, attributes, target);
        }

        long length = ParseContext.LengthOf(file["length"u8], "length");
        return new RawFile(file.Position, path, length, attributes, null, length == 0 ? null : RootOf(file["pieces root"u8]));
    }

    private static Sha256Hash RootOf(BencodeValue root)
    {
        if (!root.TryGetBytes(out ReadOnlySpan<byte> bytes))
            throw ParseContext.Wrong("pieces root", root, "a string");
        if (bytes.Length != Sha256Hash.Length)
            throw new MetainfoException("pieces root", root.Position, $"has {bytes.Length} bytes, not {Sha256Hash.Length}");
        return bytes.ContainsAnyExcept((byte)0) ? new Sha256Hash(bytes) : throw new MetainfoException("pieces root", root.Position, "is all zeros");
    }
}
