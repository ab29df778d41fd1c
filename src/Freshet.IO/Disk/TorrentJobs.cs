using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>
/// One torrent at the workers: its storage, and the order of its jobs. Jobs run side by side, but Prepare, Sync and Close are fences: they
/// wait for all handed in before and hold up all after. Whoever calls holds the lock of <see cref="DiskWorkers"/>, except for
/// <see cref="Storage"/>.
/// </summary>
internal sealed class TorrentJobs : IDisposable
{
    private readonly IStorage _storage;
    private readonly Lock _opening = new();
    private readonly Queue<DiskJob> _waiting = new();
    private ITorrentStorage? _open;
    private int _running;
    private bool _fenced;
    private bool _isSyncing;

    public TorrentJobs(IStorage storage, StorageLocation location)
    {
        _storage = storage;
        Location = location;
    }

    /// <summary>Where the data is.</summary>
    public StorageLocation Location { get; }

    /// <summary>The storage, opened by the first worker that needs it. Trouble is thrown, and tried again by the next.</summary>
    public ITorrentStorage Storage
    {
        get
        {
            lock (_opening)
                return _open ??= _storage.Open(Location);
        }
    }

    /// <summary>The storage where a worker has opened it; waits for nobody who is just opening it.</summary>
    public ITorrentStorage? OpenStorage => Volatile.Read(ref _open);

    /// <summary>Whether a new job may run at once; otherwise it waits here.</summary>
    public bool TryStart(DiskJob job)
    {
        if (_waiting.Count == 0 && MayRun(job))
        {
            Begin(job);
            return true;
        }

        _waiting.Enqueue(job);
        return false;
    }

    /// <summary>Whether a job of another torrent may read now: not while files are moved or closed. To be followed by <see cref="GiveBack"/>.</summary>
    public bool TryLend()
    {
        if (_fenced && !_isSyncing)
            return false;
        _running++;
        return true;
    }

    /// <summary>A job of another torrent has read.</summary>
    public void GiveBack() => _running--;

    /// <summary>A job is done.</summary>
    public void Finish()
    {
        _running--;
        _fenced = false;
    }

    /// <summary>The next job that waited and may run now; call until there is none.</summary>
    public bool TryStartNext(out DiskJob job)
    {
        if (!_waiting.TryPeek(out job!) || !MayRun(job))
            return false;
        _waiting.Dequeue();
        Begin(job);
        return true;
    }

    /// <summary>The trouble of a file that ends before the bytes asked for.</summary>
    public StorageException TooShort(FileIndex file)
    {
        string path = Path.Combine(Location.Directory, Location.Layout.Files[file.Value].Path);
        return new StorageException(new DiskError(DiskErrorKind.Missing, path, "the file is not there, or is shorter than it should be"));
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        lock (_opening)
        {
            _open?.Dispose();
            _open = null;
        }
    }

    private static bool IsFence(DiskJob job) => job.Kind is DiskJobKind.Prepare or DiskJobKind.Sync or DiskJobKind.Close;

    private bool MayRun(DiskJob job) => !_fenced && (_running == 0 || !IsFence(job));

    private void Begin(DiskJob job)
    {
        _running++;
        _fenced = IsFence(job);
        _isSyncing = job.Kind == DiskJobKind.Sync;
    }
}
