using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>Reads content and hashes its pieces, on all cores: what a new torrent is made of.</summary>
public sealed class ContentHasher
{
    private readonly StorageLocation _location;
    private readonly FileStamp[] _stamps;
    private readonly IStorage _storage;
    private readonly Action<long>? _progress;
    private readonly byte[] _hashes;
    private int _next;
    private long _hashed;

    /// <summary>Names what is to be hashed.</summary>
    /// <param name="location">The files and where they lie.</param>
    /// <param name="stamps">How each file looked when its length was taken.</param>
    /// <param name="storage">The files; <see cref="FileStorage"/> by default.</param>
    /// <param name="progress">Told, from any of the threads, the bytes hashed so far.</param>
    public ContentHasher(StorageLocation location, FileStamp[] stamps, IStorage? storage = null, Action<long>? progress = null)
    {
        _location = location;
        _stamps = stamps;
        _storage = storage ?? new FileStorage();
        _progress = progress;
        _hashes = new byte[location.Layout.PieceCount * Sha1Hash.Length];
    }

    /// <summary>Hashes everything; returns when it is done. Call it once.</summary>
    /// <param name="threads">The number of threads; one a core where it is 0.</param>
    /// <param name="cancellation">Ends it after what is being read.</param>
    /// <returns>The SHA-1 of every piece, 20 bytes each.</returns>
    /// <exception cref="StorageException">A file cannot be read, or is not what it was when its length was taken.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public byte[] Run(int threads = 0, CancellationToken cancellation = default)
    {
        using ITorrentStorage files = _storage.Open(_location);
        int count = threads > 0 ? threads : Environment.ProcessorCount;
        int batches = (_location.Layout.PieceCount + PieceBatch.Pieces - 1) / PieceBatch.Pieces;
        Exception? failure = null;
        var others = new Thread[Math.Max(0, Math.Min(count, batches) - 1)];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(HashBatches) { Name = "Freshet hash", IsBackground = true };
            others[i].Start();
        }

        HashBatches();
        foreach (Thread other in others)
            other.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        DemandUnchanged(files);
        return _hashes;

        void HashBatches()
        {
            try
            {
                using var batch = new PieceBatch(_location.Layout, files, bytes => _progress?.Invoke(Interlocked.Add(ref _hashed, bytes)), cancellation);
                while (Volatile.Read(ref failure) is null && HashNext(batch))
                {
                }
            }
            catch (OperationCanceledException)
            {
                // Said once, by the caller's thread.
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        }
    }

    private bool HashNext(PieceBatch batch)
    {
        int pieces = _location.Layout.PieceCount;
        int first = Interlocked.Add(ref _next, PieceBatch.Pieces) - PieceBatch.Pieces;
        if (first < 0 || first >= pieces)
            return false;
        int count = Math.Min(PieceBatch.Pieces, pieces - first);
        batch.Hash(new PieceIndex(first), _hashes.AsSpan(first * Sha1Hash.Length, count * Sha1Hash.Length));
        return true;
    }

    // Whoever wrote to a file meanwhile would get a torrent that nobody can complete.
    private void DemandUnchanged(ITorrentStorage files)
    {
        FileStamp[] now = files.Stamp();
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] != _stamps[i])
                throw PieceBatch.Changed(_location.Layout.Files[i].Path);
        }
    }
}
