namespace Freshet.Core;

/// <summary>The agreement of a hybrid's two lists of files (BEP 52): the same files in the same order, and in v1 filler that starts each one at a piece.</summary>
internal static class HybridFiles
{
    public static void RequireSame(List<RawFile> list, List<RawFile> tree, int pieceLength, bool isSingleFile)
    {
        long offset = 0;
        int next = 0;
        foreach (RawFile file in list)
        {
            if (!file.IsPad)
            {
                if (next == tree.Count)
                    throw Differ(file, $"has '{file.DisplayPath}', which is not in 'file tree'");
                RequireSame(file, tree[next++]);
                if (file.Length > 0 && offset % pieceLength != 0)
                    throw Differ(file, $"has '{file.DisplayPath}' at offset {offset}, not at the start of a piece");
            }
            else if (file.Length > 0 && (offset % pieceLength == 0 || file.Length > pieceLength - (offset % pieceLength)))
            {
                // A piece of nothing else would be one in v1 alone.
                throw Differ(file, $"has filler of {file.Length} bytes at offset {offset}, which goes beyond the end of a piece");
            }

            offset = offset <= MetainfoLimits.MaxTotalLength ? offset + file.Length : throw Differ(file, "is too long in all");
        }

        if (next < tree.Count)
            throw new MetainfoException("info.file tree", tree[next].Position, $"has '{tree[next].DisplayPath}', which is not in '{(isSingleFile ? "name" : "files")}'");
    }

    private static void RequireSame(RawFile file, RawFile inTree)
    {
        if (!file.Path.AsSpan().SequenceEqual(inTree.Path))
            throw Differ(file, $"has '{file.DisplayPath}' where 'file tree' has '{inTree.DisplayPath}'");
        if (file.Length != inTree.Length)
            throw Differ(file, $"has {file.Length} bytes for '{file.DisplayPath}', 'file tree' has {inTree.Length}");
        if ((file.Attributes & FileAttributesBep47.Symlink) != (inTree.Attributes & FileAttributesBep47.Symlink))
            throw Differ(file, $"and 'file tree' do not agree on whether '{file.DisplayPath}' is a link");
    }

    private static MetainfoException Differ(RawFile file, string reason) => new("info.files", file.Position, reason);
}
