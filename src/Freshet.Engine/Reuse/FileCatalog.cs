using Freshet.Core;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Reuse;

/// <summary>
/// The large files of all torrents of a session that are awake, by what may make two of them the same. A torrent that sleeps, as most of many do, is not in it and costs
/// nothing: whoever adds a torrent asks the state which of them to wake.
/// </summary>
internal sealed class FileCatalog(ReuseSettings settings)
{
    /// <summary>Torrents that are remembered for one key: more with equally long files are chance, or somebody who floods.</summary>
    private const int MaxPlaces = 16;

    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<FileKey, List<FilePlace>> _places = [];

    /// <summary>The numbers.</summary>
    public ReuseSettings Settings => settings;

    /// <summary>Notes the files of a torrent.</summary>
    public void Add(Torrent torrent)
    {
        foreach (FileEntry file in FilesOf(torrent.Layout))
        {
            Add(FileKey.ByLength(file), new FilePlace(torrent, file));
            if (FileKey.ByRoot(file) is { } key)
                Add(key, new FilePlace(torrent, file));
        }
    }

    /// <summary>Forgets the files of a torrent.</summary>
    public void Remove(Torrent torrent)
    {
        foreach (FileEntry file in FilesOf(torrent.Layout))
        {
            Remove(FileKey.ByLength(file), torrent);
            if (FileKey.ByRoot(file) is { } key)
                Remove(key, torrent);
        }
    }

    /// <summary>The files of other torrents that may be the same: with an equal root first, then with an equal length where not both have a root that differs.</summary>
    public IEnumerable<FilePlace> Find(Torrent torrent, FileEntry file)
    {
        if (file.Length < settings.LeastFile)
            return [];
        IEnumerable<FilePlace> equal = FileKey.ByRoot(file) is { } key ? At(key) : [];
        IEnumerable<FilePlace> asLong = At(FileKey.ByLength(file)).Where(place => place.File.PiecesRoot is null || file.PiecesRoot is null);
        return equal.Concat(asLong).Where(place => place.Torrent != torrent);
    }

    /// <summary>The files of a torrent that others may know of: the largest.</summary>
    public IEnumerable<FileEntry> FilesOf(PieceLayout layout)
    {
        IEnumerable<FileEntry> files = layout.Files.Where(file => file.IsStored && file.Length >= settings.LeastFile);
        return layout.Files.Count <= settings.MaxFiles ? files : files.OrderByDescending(static file => file.Length).ThenBy(static file => file.Index).Take(settings.MaxFiles);
    }

    private List<FilePlace> At(FileKey key) => _places.TryGetValue(key, out List<FilePlace>? places) ? places : [];

    private void Add(FileKey key, FilePlace place)
    {
        if (!_places.TryGetValue(key, out List<FilePlace>? places))
            _places.Add(key, places = new List<FilePlace>(1));
        if (places.Count < MaxPlaces)
            places.Add(place);
    }

    private void Remove(FileKey key, Torrent torrent)
    {
        if (!_places.TryGetValue(key, out List<FilePlace>? places))
            return;
        places.RemoveAll(place => place.Torrent == torrent);
        if (places.Count == 0)
            _places.Remove(key);
    }
}

/// <summary>A file of a torrent.</summary>
internal readonly record struct FilePlace(Torrent Torrent, FileEntry File);
