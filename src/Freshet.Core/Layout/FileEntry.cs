namespace Freshet.Core;

/// <summary>What BEP 47's <c>attr</c> says of a file.</summary>
[Flags]
public enum FileAttributesBep47
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary><c>p</c>: filler that aligns the next file; never stored, always zero.</summary>
    Pad = 1,

    /// <summary><c>x</c>: executable.</summary>
    Executable = 2,

    /// <summary><c>h</c>: hidden.</summary>
    Hidden = 4,

    /// <summary><c>l</c>: a symbolic link. Freshet never creates links: such a file is listed and left out.</summary>
    Symlink = 8,
}

/// <summary>One file of a torrent.</summary>
public sealed record FileEntry
{
    /// <summary>The position in the torrent's list.</summary>
    public required FileIndex Index { get; init; }

    /// <summary>
    /// The safe relative path under the download's folder, its parts joined with <c>/</c>, the torrent's name first where the torrent has
    /// several files. Made safe for the target system: see <see cref="OriginalPath"/> for what the torrent says.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The path as the torrent names it, without any change; for display only, never for the file system.</summary>
    public required string OriginalPath { get; init; }

    /// <summary>The length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>The first byte's position in the torrent's byte stream.</summary>
    public required long Offset { get; init; }

    /// <summary>Attributes of BEP 47.</summary>
    public FileAttributesBep47 Attributes { get; init; }

    /// <summary>The root of the file's merkle tree (BEP 52), where the torrent has a v2 side and the file is not empty.</summary>
    public Sha256Hash? PiecesRoot { get; init; }

    /// <summary>For a link where it leads, as the torrent says, relative to the torrent's folder; for display only: Freshet makes no links.</summary>
    public string? SymlinkTarget { get; init; }

    /// <summary>Whether the file is filler between files, which is never stored.</summary>
    public bool IsPad => (Attributes & FileAttributesBep47.Pad) != 0;

    /// <summary>Whether bytes of this file are kept on disk: not filler and not a link.</summary>
    public bool IsStored => (Attributes & (FileAttributesBep47.Pad | FileAttributesBep47.Symlink)) == 0;
}

/// <summary>A run of bytes that lies in one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">The first byte, from the file's start.</param>
/// <param name="Length">The number of bytes.</param>
public readonly record struct FileSlice(FileIndex File, long Offset, int Length);
