using Freshet.Core;

namespace Freshet.Engine.Reuse;

/// <summary>What files of several torrents may have in common.</summary>
/// <param name="Length">The length in bytes.</param>
/// <param name="Root">The root of the file's tree (BEP 52); all zero where only the length is looked at.</param>
internal readonly record struct FileKey(long Length, Sha256Hash Root)
{
    /// <summary>By the length alone: pieces have to prove that it is the same file.</summary>
    public static FileKey ByLength(FileEntry file) => new(file.Length, default);

    /// <summary>By the root, where there is one.</summary>
    public static FileKey? ByRoot(FileEntry file) => file.PiecesRoot is { } root ? new FileKey(file.Length, root) : null;
}
