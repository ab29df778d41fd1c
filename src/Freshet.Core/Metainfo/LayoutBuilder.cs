namespace Freshet.Core;

/// <summary>Turns listed files into entries with safe, distinct paths and offsets, and these into the layout of the pieces.</summary>
internal sealed class LayoutBuilder(PathRules rules, ParseContext context)
{
    // The folder's name is repeated for every file: more of it is not kept.
    private const int LongestShownFolder = 255;

    /// <summary>Builds the layout.</summary>
    /// <param name="files">The files in order: those of v1 where there is a v1 side.</param>
    /// <param name="folder">The safe name of the folder of several files, or null for a single file.</param>
    /// <param name="rawFolder">That name as the torrent says it.</param>
    /// <param name="tree">The files of the v2 side, with their roots; in a hybrid the same files without filler.</param>
    /// <param name="pieceLength">The nominal length of a piece.</param>
    /// <param name="startPiecesAtFiles">Whether there is only a v2 side.</param>
    public PieceLayout Build(List<RawFile> files, string? folder, string rawFolder, List<RawFile> tree, int pieceLength, bool startPiecesAtFiles)
    {
        string? shownFolder = folder is null ? null : rawFolder.Length <= LongestShownFolder ? rawFolder : rawFolder[..LongestShownFolder];
        string[][] paths = DistinctPaths(files, folder);

        var entries = new FileEntry[files.Count];
        long offset = 0;
        long pieces = 0;
        int inTree = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            RawFile file = files[i];
            Sha256Hash? root = tree.Count > 0 && !file.IsPad ? tree[inTree++].PiecesRoot : null;
            string path = Joined(folder, paths[i]);
            string original = ReferenceEquals(paths[i], file.Path) && shownFolder == folder ? path : Joined(shownFolder, file.Path);
            entries[i] = Entry(file, i, offset, path, original, root);
            offset += file.Length;
            pieces += (file.Length + pieceLength - 1) / pieceLength;
            if (offset > MetainfoLimits.MaxTotalLength)
                throw new MetainfoException("info", file.Position, $"describes more than {MetainfoLimits.MaxTotalLength} bytes");
        }

        if (offset == 0)
            throw new MetainfoException("info", files[0].Position, "describes no data: all files are empty");
        if (!startPiecesAtFiles)
            pieces = (offset + pieceLength - 1) / pieceLength;
        if (pieces > MetainfoLimits.MaxPieces)
            throw new MetainfoException("info", files[0].Position, $"describes {pieces} pieces; at most {MetainfoLimits.MaxPieces} are taken");
        return startPiecesAtFiles ? PieceLayout.StartingPiecesAtFiles(entries, pieceLength) : new PieceLayout(entries, pieceLength);
    }

    private static FileEntry Entry(RawFile file, int index, long offset, string path, string original, Sha256Hash? root) => new()
    {
        Index = new FileIndex(index),
        Path = path,
        OriginalPath = original == path ? path : original,
        Length = file.Length,
        Offset = offset,
        Attributes = file.Attributes,
        SymlinkTarget = file.SymlinkTarget,
        PiecesRoot = root,
    };

    /// <summary>
    /// The elements of each file's path, safe and its own, without the folder of all. Mostly they are as the torrent lists them: then the same array, because a torrent
    /// may have a hundred thousand of them.
    /// </summary>
    private string[][] DistinctPaths(List<RawFile> files, string? folder)
    {
        var taken = new DuplicatePaths(files.Count);
        string[][] paths = new string[files.Count][];
        int[] folders = new int[files.Count];
        for (int i = 0; i < paths.Length; i++)
        {
            if (folder is not null)
                context.CountPath([folder], files[i].Position);
            paths[i] = SafePath(files[i].Path);
            folders[i] = taken.AddFoldersOf(paths[i]);
        }

        for (int i = 0; i < paths.Length; i++)
        {
            string name = paths[i][^1];
            if (!taken.Claim(folders[i], name, files[i].IsPad ? files[i].Length : null, out string unique))
                throw new MetainfoException("info", files[i].Position, $"has more than {DuplicatePaths.MaxRenamed} files whose paths are taken already");
            if (unique == name)
                continue;
            context.Warn($"two files, or a file and a folder, are called '{Joined(folder, paths[i])}': one is stored as '{unique}'");
            paths[i] = [.. paths[i][..^1], unique];
        }

        return paths;
    }

    private string[] SafePath(string[] path)
    {
        string[] safe = path;
        for (int i = 0; i < path.Length; i++)
        {
            string element = PathSanitizer.Sanitize(path[i], rules);
            if (element == path[i])
                continue;
            if (safe == path)
                safe = [.. path];
            safe[i] = element;
        }

        return safe;
    }

    private static string Joined(string? folder, string[] path)
    {
        int length = folder is null ? -1 : folder.Length;
        foreach (string element in path)
            length += 1 + element.Length;
        return string.Create(length, (folder, path), static (text, parts) =>
        {
            if (parts.folder is not null)
                text = Append(text, parts.folder);
            foreach (string element in parts.path)
                text = Append(text, element);
        });
    }

    /// <summary>Writes an element, and the separator where others follow; what is left then.</summary>
    private static Span<char> Append(Span<char> text, string element)
    {
        element.CopyTo(text);
        text = text[element.Length..];
        if (text.IsEmpty)
            return text;
        text[0] = '/';
        return text[1..];
    }
}
