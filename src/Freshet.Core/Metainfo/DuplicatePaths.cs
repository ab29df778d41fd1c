namespace Freshet.Core;

/// <summary>
/// Gives every file a path of its own, compared without case on every system so that the same torrent has the same names everywhere: of two files with one
/// path the later gets a number before its extension, and so does a file that is named like a folder. Fillers of one length may share a path. Linear time (THREATS P5).
/// </summary>
internal sealed class DuplicatePaths
{
    /// <summary>More renamed files than this are an attack or a broken torrent; the field's limit.</summary>
    public const int MaxRenamed = 500;

    private const long Stored = -1;

    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many paths were changed.</summary>
    public int Renamed { get; private set; }

    /// <summary>Notes a file's folders. All files go in here before the first <see cref="Claim"/>.</summary>
    public void AddFoldersOf(string path)
    {
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> folders = _folders.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            // Where a folder is known, so are those above it.
            if (!folders.Add(path.AsSpan(0, slash)))
                return;
        }
    }

    /// <summary>The path that a file gets. False once too many had to be renamed.</summary>
    /// <param name="path">The path that it should have.</param>
    /// <param name="padLength">The length of filler, or null for a file that is stored.</param>
    /// <param name="unique">The path that it gets.</param>
    public bool Claim(string path, long? padLength, out string unique)
    {
        unique = path;
        long content = padLength ?? Stored;
        if (!_folders.Contains(path))
        {
            if (_taken.TryAdd(path, content) || (padLength is not null && _taken[path] == content))
                return true;
        }

        if (++Renamed > MaxRenamed)
            return false;
        int dot = path.LastIndexOf('.');
        if (dot < path.LastIndexOf('/'))
            dot = path.Length;
        if (dot < 0)
            dot = path.Length;
        int number = _numbers.GetValueOrDefault(path);
        do
        {
            number++;
            unique = $"{path.AsSpan(0, dot)}.{number}{path.AsSpan(dot)}";
        }
        while (_folders.Contains(unique) || !_taken.TryAdd(unique, content));

        _numbers[path] = number;
        return true;
    }
}
