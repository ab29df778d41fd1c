using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet.IO.Disk;

/// <summary>
/// Carries out <see cref="DiskJob"/>s on threads of its own, reading, writing, hashing and checking side by side. Every job handed in comes out
/// once, through the callback of <see cref="Start"/>, with its answer or its trouble; nothing is thrown at the caller but misuse.
/// Queues have no bound of their own: the engine bounds what it hands out.
/// </summary>
public sealed class DiskWorkers : IDiskQueue, ISourceLender, IDisposable
{
    private readonly IStorage _storage;
    private readonly Lock _gate = new();
    private readonly Dictionary<TorrentId, TorrentJobs> _torrents = [];
    private readonly WorkerPool _workers;
    private readonly ManualResetEventSlim _drained = new(initialState: true);
    private Action<DiskJob>? _completed;
    private int _outstanding;
    private bool _disposed;

    /// <summary>Makes the workers; no thread runs yet.</summary>
    /// <param name="storage">Where payload is kept, for instance <see cref="FileStorage"/>; its owner outlives the workers.</param>
    /// <param name="pool">The pool that the jobs' leases are from; its owner outlives the workers.</param>
    /// <param name="options">The number of threads.</param>
    public DiskWorkers(IStorage storage, BlockPool pool, DiskWorkerOptions? options = null)
    {
        _storage = storage;
        _workers = new WorkerPool(options ?? new DiskWorkerOptions(), () => new JobRunner(pool, this), Finish);
    }

    /// <summary>Says where finished jobs go; called once, before anything else.</summary>
    /// <param name="completed">Called on a worker, as soon as a job is done; must not block and must not throw.</param>
    public void Start(Action<DiskJob> completed) => _completed = completed;

    /// <summary>Says where a torrent's data is, before its first job. Touches no file.</summary>
    public void OpenStorage(StorageLocation location)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_torrents.TryAdd(location.Torrent, new TorrentJobs(_storage, location)))
                throw new InvalidOperationException($"Torrent {location.Torrent} has open storage already.");
        }
    }

    /// <inheritdoc/>
    public int ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap)
    {
        TorrentJobs? jobs;
        lock (_gate)
            _torrents.TryGetValue(torrent, out jobs);
        return jobs?.OpenStorage is ICachedStorage storage ? new CachedReads(storage, jobs.Location.Layout).Read(run, target, gap) : 0;
    }

    /// <summary>Hands a job in; never blocks. The job is the workers' until the callback has it.</summary>
    /// <exception cref="InvalidOperationException">The torrent has no storage, or was closed.</exception>
    public void Submit(DiskJob job)
    {
        TorrentJobs? torrent;
        bool ready;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_torrents.TryGetValue(job.Torrent, out torrent))
                throw new InvalidOperationException($"Torrent {job.Torrent} has no open storage.");

            // Close is a torrent's last job; its number may be opened again from here on.
            if (job.Kind == DiskJobKind.Close)
                _torrents.Remove(job.Torrent);
            if (_outstanding++ == 0)
                _drained.Reset();
            ready = torrent.TryStart(job);
        }

        if (ready)
            _workers.Post(new WorkItem(job, torrent));
    }

    /// <summary>Waits for what was handed in, ends the threads, and closes files that no <see cref="DiskJobKind.Close"/> has closed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        _drained.Wait();
        _workers.Dispose();
        foreach (TorrentJobs torrent in _torrents.Values)
            torrent.Dispose();
        _drained.Dispose();
    }

    /// <inheritdoc/>
    LentStorage ISourceLender.Borrow(StorageLocation location)
    {
        TorrentJobs? jobs;
        lock (_gate)
        {
            if (_torrents.TryGetValue(location.Torrent, out jobs) && !jobs.TryLend())
                throw new StorageException(new DiskError(DiskErrorKind.Handles, location.Directory, "the files of another torrent are being moved"));
        }

        if (jobs is null)
        {
            ITorrentStorage opened = _storage.Open(location);
            return new LentStorage(opened, opened.Dispose);
        }

        try
        {
            return new LentStorage(jobs.Storage, () => GiveBack(jobs));
        }
        catch
        {
            GiveBack(jobs);
            throw;
        }
    }

    private void GiveBack(TorrentJobs jobs)
    {
        lock (_gate)
        {
            jobs.GiveBack();
            StartWaiting(jobs);
        }
    }

    // Under the lock.
    private void StartWaiting(TorrentJobs jobs)
    {
        while (jobs.TryStartNext(out DiskJob next))
            _workers.Post(new WorkItem(next, jobs));
    }

    private void Finish(WorkItem done)
    {
        lock (_gate)
        {
            done.Torrent.Finish();
            StartWaiting(done.Torrent);
        }

        // The job is the engine's from here on.
        _completed!(done.Job);
        lock (_gate)
        {
            if (--_outstanding == 0)
                _drained.Set();
        }
    }
}
