namespace Freshet.Core;

/// <summary>Puts filler behind files (BEP 47), so that each of the others starts a piece: what the v1 side of a hybrid needs (BEP 52).</summary>
public static class AlignedFiles
{
    /// <summary>
    /// The files with filler behind each one that does not fill its last piece, the last file too, as libtorrent has it: the same content makes the same torrent. A file that
    /// is alone gets none.
    /// </summary>
    /// <param name="files">The files in order, without filler.</param>
    /// <param name="pieceLength">The length of a piece in bytes.</param>
    public static IReadOnlyList<FileEntry> WithFiller(IReadOnlyList<FileEntry> files, int pieceLength)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        if (files.Count <= 1)
            return files;
        var aligned = new List<FileEntry>(2 * files.Count);
        long offset = 0;
        foreach (FileEntry file in files)
        {
            Add(file);
            if (file.Length % pieceLength is > 0 and var used)
                Add(FillerOf(pieceLength - used));
        }

        return aligned;

        void Add(FileEntry file)
        {
            aligned.Add(file with { Index = new FileIndex(aligned.Count), Offset = offset });
            offset = checked(offset + file.Length);
        }
    }

    private static FileEntry FillerOf(long length)
    {
        string path = $".pad/{length}";
        return new FileEntry { Index = default, Path = path, OriginalPath = path, Offset = 0, Length = length, Attributes = FileAttributesBep47.Pad };
    }
}
