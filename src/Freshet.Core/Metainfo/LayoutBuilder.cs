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
        string shownFolder = rawFolder.Length <= LongestShownFolder ? rawFolder : rawFolder[..LongestShownFolder];
        string[] paths = DistinctPaths(files, folder);

        var entries = new FileEntry[files.Count];
        long offset = 0;
        long pieces = 0;
        int inTree = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            RawFile file = files[i];
            Sha256Hash? root = tree.Count > 0 && !file.IsPad ? tree[inTree++].PiecesRoot : null;
            entries[i] = Entry(file, i, offset, paths[i], folder is null ? file.DisplayPath : $"{shownFolder}/{file.DisplayPath}", root);
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

    private string[] DistinctPaths(List<RawFile> files, string? folder)
    {
        var taken = new DuplicatePaths();
        string[][] safe = [.. files.Select(file => SafePath(file, folder))];
        int[] folders = [.. safe.Select(path => taken.AddFoldersOf(path))];
        string[] paths = new string[safe.Length];
        for (int i = 0; i < paths.Length; i++)
        {
            string[] path = safe[i];
            if (!taken.Claim(folders[i], path[^1], files[i].IsPad ? files[i].Length : null, out string unique))
                throw new MetainfoException("info", files[i].Position, $"has more than {DuplicatePaths.MaxRenamed} files whose paths are taken already");
            if (unique != path[^1])
                context.Warn($"two files, or a file and a folder, are called '{string.Join('/', path)}': one is stored as '{unique}'");
            path[^1] = unique;
            paths[i] = string.Join('/', path);
        }

        return paths;
    }

    private string[] SafePath(RawFile file, string? folder)
    {
        int skip = folder is null ? 0 : 1;
        string[] safe = new string[file.Path.Length + skip];
        if (folder is not null)
        {
            safe[0] = folder;
            context.CountPath([folder], file.Position);
        }

        for (int i = 0; i < file.Path.Length; i++)
            safe[i + skip] = PathSanitizer.Sanitize(file.Path[i], rules);
        return safe;
    }
}
