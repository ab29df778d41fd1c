using Freshet.Abstractions;

namespace Freshet.IO.Disk;

/// <summary>
/// Payload in plain files under each torrent's folder. Keeps few files open at once, whatever the number of torrents (the limit is derived
/// from <c>ulimit -n</c>), follows no symbolic link below a download's folder, and lets other programs read meanwhile. Thread-safe.
/// </summary>
public sealed class FileStorage : IStorage
{
    private readonly FileHandleCache _handles;
    private readonly Func<string, Folder> _folderAt;

    /// <summary>Makes a storage.</summary>
    /// <param name="maxOpenFiles">The most files open at once, or null for what the process's limit allows.</param>
    public FileStorage(int? maxOpenFiles = null)
        : this(maxOpenFiles, Folder.At)
    {
    }

    /// <summary>For tests: with folders that make trouble.</summary>
    internal FileStorage(int? maxOpenFiles, Func<string, Folder> folderAt)
    {
        _handles = new FileHandleCache(maxOpenFiles ?? HandleBudget.FromLimit());
        _folderAt = folderAt;
    }

    /// <summary>The files open now.</summary>
    public int OpenFiles => _handles.Count;

    /// <inheritdoc/>
    public ITorrentStorage Open(StorageLocation location) => new TorrentFiles(location, _folderAt(Path.GetFullPath(location.Directory)), _handles);
}
