using System.IO.Enumeration;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>Something under a folder that goes into no torrent: a link, a pipe, a device.</summary>
/// <param name="Path">Its path under the folder, joined with <c>/</c>.</param>
/// <param name="Reason">What it is.</param>
public readonly record struct SkippedEntry(string Path, string Reason);

/// <summary>
/// The files under a folder, in the order of BEP 52's file tree (element by element, by bytes), so that the same content gives the same torrent on every
/// system, whatever order its folders list. Links are never followed.
/// </summary>
public sealed class ContentScan
{
    private const string LinkReason = "a symbolic link: links are not followed";

    private readonly List<string> _paths = [];
    private readonly List<SkippedEntry> _skipped = [];

    private ContentScan(string directory) => Directory = directory;

    /// <summary>The absolute folder that every path lies under.</summary>
    public string Directory { get; }

    /// <summary>Whether the content is one file and no folder.</summary>
    public bool IsSingleFile { get; private init; }

    /// <summary>The files, by their paths under <see cref="Directory"/>.</summary>
    public IReadOnlyList<FileEntry> Files { get; private set; } = [];

    /// <summary>How each file looks now.</summary>
    public FileStamp[] Stamps { get; private set; } = [];

    /// <summary>What was left out because it is no file.</summary>
    public IReadOnlyList<SkippedEntry> Skipped => _skipped;

    /// <summary>Looks at a file or folder; that itself may be a link.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="select">Which files to take, by their paths under the folder, joined with <c>/</c>; null for all.</param>
    /// <param name="storage">The files; <see cref="FileStorage"/> by default.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="StorageException">A folder cannot be read, or there is no such path.</exception>
    public static ContentScan Of(string path, Func<string, bool>? select = null, IStorage? storage = null, CancellationToken cancellation = default)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            if (File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
                path = target.FullName;
            bool isFile = File.Exists(path);
            var scan = new ContentScan(isFile ? Path.GetDirectoryName(path)! : path) { IsSingleFile = isFile };
            if (isFile)
                scan._paths.Add(Path.GetFileName(path));
            else
                scan.Enter("", select, cancellation);
            scan._paths.Sort(CompareElements);
            scan.Measure(storage ?? new FileStorage());
            return scan;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(DiskErrors.FromException(error, path));
        }
    }

    /// <summary>Compares paths element by element, each by its bytes in UTF-8: the order of BEP 52's file tree.</summary>
    public static int CompareElements(string a, string b)
    {
        int at = 0;
        while (at < a.Length && at < b.Length && a[at] == b[at])
            at++;
        if (at == a.Length || at == b.Length)
            return a.Length.CompareTo(b.Length);

        // A folder's end comes before every character; a surrogate, as UTF-8 has it, behind all that need none.
        return Rank(a[at]).CompareTo(Rank(b[at]));

        static int Rank(char c) => c == '/' ? -1 : char.IsSurrogate(c) ? c + 0x10000 : c;
    }

    private void Enter(string folder, Func<string, bool>? select, CancellationToken cancellation)
    {
        // A list of folders and not a recursion: their depth is not ours to choose.
        var folders = new Stack<string>([folder]);
        while (folders.TryPop(out string? parent))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach ((string name, bool isFolder, bool isLink) in List(Path.Combine(Directory, parent)))
            {
                string path = parent.Length == 0 ? name : $"{parent}/{name}";
                if (isLink)
                {
                    if (select is null || select(path))
                        _skipped.Add(new SkippedEntry(path, LinkReason));
                }
                else if (isFolder)
                {
                    folders.Push(path);
                }
                else if (select is null || select(path))
                {
                    _paths.Add(path);
                }
            }
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink)> List(string folder) => new(
        folder,
        static (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory, (entry.Attributes & System.IO.FileAttributes.ReparsePoint) != 0),
        new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false });

    private void Measure(IStorage storage)
    {
        FileEntry[] candidates = [.. _paths.Select((path, i) => EntryOf(path, i, 0, 0))];
        FileStamp[] stamps;
        using (ITorrentStorage files = storage.Open(new StorageLocation(default, Directory, new PieceLayout(candidates, PieceLengths.Least), default)))
            stamps = files.Stamp();

        var entries = new List<FileEntry>(candidates.Length);
        var kept = new List<FileStamp>(candidates.Length);
        long offset = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (stamps[i].Length < 0)
            {
                _skipped.Add(new SkippedEntry(candidates[i].Path, "no file: a pipe, a socket, a device or gone already"));
                continue;
            }

            entries.Add(EntryOf(candidates[i].Path, entries.Count, offset, stamps[i].Length));
            kept.Add(stamps[i]);
            offset = checked(offset + stamps[i].Length);
        }

        Files = entries;
        Stamps = [.. kept];
    }

    private static FileEntry EntryOf(string path, int index, long offset, long length)
        => new() { Index = new FileIndex(index), Path = path, OriginalPath = path, Offset = offset, Length = length };
}
