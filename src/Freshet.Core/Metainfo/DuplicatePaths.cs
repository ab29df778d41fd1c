namespace Freshet.Core;

/// <summary>
/// Gives every file a path of its own, compared without case on every system so that the same torrent has the same names everywhere: of two files with one
/// path the later gets a number before its extension, and so does a file that is named like a folder. Fillers of one length may share a path. Folders are
/// kept as a tree, so that time and memory are linear in the elements of all paths (THREATS P5).
/// </summary>
internal sealed class DuplicatePaths(int files = 0)
{
    /// <summary>More renamed files than this are an attack or a broken torrent; the field's limit.</summary>
    public const int MaxRenamed = 500;

    private const int Root = 0;
    private const long Stored = -1;

    private readonly Dictionary<Place, int> _folders = new(PlaceComparer.Instance);
    private readonly Dictionary<Place, long> _taken = new(files, PlaceComparer.Instance);
    private readonly Dictionary<Place, int> _numbers = new(PlaceComparer.Instance);

    // The next file is mostly in the same folders.
    private string[] _lastPath = [];
    private int _lastFolder;

    /// <summary>How many files were renamed.</summary>
    public int Renamed { get; private set; }

    /// <summary>Notes the folders above a file and gives the innermost. All files go in here before the first <see cref="Claim"/>.</summary>
    /// <param name="path">The elements of the file's path, its name last.</param>
    public int AddFoldersOf(string[] path)
    {
        ReadOnlySpan<string> folders = path.AsSpan(0, path.Length - 1);
        if (_lastPath.Length == path.Length && folders.SequenceEqual(_lastPath.AsSpan(0, folders.Length)))
            return _lastFolder;
        int folder = Root;
        foreach (string element in folders)
        {
            var place = new Place(folder, element);
            if (!_folders.TryGetValue(place, out folder))
            {
                folder = _folders.Count + 1;
                _folders.Add(place, folder);
            }
        }

        _lastPath = path;
        return _lastFolder = folder;
    }

    /// <summary>The name that a file gets. False once too many had to be renamed.</summary>
    /// <param name="folder">What <see cref="AddFoldersOf"/> gave.</param>
    /// <param name="name">The name that it should have.</param>
    /// <param name="padLength">The length of filler, or null for a file that is stored.</param>
    /// <param name="unique">The name that it gets.</param>
    public bool Claim(int folder, string name, long? padLength, out string unique)
    {
        unique = name;
        long content = padLength ?? Stored;
        var wanted = new Place(folder, name);
        if (!_folders.ContainsKey(wanted) && (_taken.TryAdd(wanted, content) || (padLength is not null && _taken[wanted] == content)))
            return true;
        if (++Renamed > MaxRenamed)
            return false;

        int dot = name.LastIndexOf('.');
        if (dot < 0)
            dot = name.Length;

        // Goes on from the last number that was tried for this name: no number is tried twice.
        int number = _numbers.GetValueOrDefault(wanted);
        Place free;
        do
        {
            number++;
            free = new Place(folder, $"{name.AsSpan(0, dot)}.{number}{name.AsSpan(dot)}");
        }
        while (_folders.ContainsKey(free) || !_taken.TryAdd(free, content));

        _numbers[wanted] = number;
        unique = free.Name;
        return true;
    }

    /// <summary>A name in a folder, with its hash, which is looked for in two tables. Seeded by the process, against names chosen to collide; nothing is enumerated in its order.</summary>
    private readonly record struct Place(int Folder, string Name)
    {
        public int Hash { get; } = unchecked((StringComparer.OrdinalIgnoreCase.GetHashCode(Name) * 31) + Folder);
    }

    private sealed class PlaceComparer : IEqualityComparer<Place>
    {
        public static PlaceComparer Instance { get; } = new();

        public bool Equals(Place x, Place y) => x.Folder == y.Folder && StringComparer.OrdinalIgnoreCase.Equals(x.Name, y.Name);

        public int GetHashCode(Place obj) => obj.Hash;
    }
}
