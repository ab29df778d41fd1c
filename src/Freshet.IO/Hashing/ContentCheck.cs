using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>Reads and hashes a torrent's data without a session, on all cores: what <c>freshet verify</c> does.</summary>
public sealed class ContentCheck
{
    /// <summary>How much one thread takes at a time: long runs for the disk, small enough that all threads end together.</summary>
    private const long BatchLength = 16 * 1024 * 1024;

    private readonly StorageLocation _location;
    private readonly IStorage _storage;
    private readonly Action<long>? _progress;
    private readonly bool[] _good;
    private readonly int _batch;
    private int _next;
    private long _checked;

    /// <summary>Names what is to be checked.</summary>
    /// <param name="location">The layout, the hashes and the folder.</param>
    /// <param name="storage">The files; <see cref="FileStorage"/> by default.</param>
    /// <param name="progress">Told, from any of the threads, the bytes checked so far.</param>
    public ContentCheck(StorageLocation location, IStorage? storage = null, Action<long>? progress = null)
    {
        _location = location;
        _storage = storage ?? new FileStorage();
        _progress = progress;
        _good = new bool[location.Layout.PieceCount];
        _batch = (int)Math.Clamp(BatchLength / location.Layout.PieceLength, 1, int.MaxValue);
    }

    /// <summary>Checks everything; returns when it is done. Call it once.</summary>
    /// <param name="threads">The number of threads; one a core where it is 0.</param>
    /// <param name="cancellation">Ends it after the batches under way.</param>
    /// <exception cref="StorageException">A file cannot be read, for another reason than that it is not there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ContentReport Run(int threads = 0, CancellationToken cancellation = default)
    {
        using ITorrentStorage files = _storage.Open(_location);
        int count = threads > 0 ? threads : Environment.ProcessorCount;
        Exception? failure = null;
        var others = new Thread[Math.Max(0, Math.Min(count, (_good.Length + _batch - 1) / _batch) - 1)];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(CheckBatches) { Name = "Freshet check", IsBackground = true };
            others[i].Start();
        }

        CheckBatches();
        foreach (Thread other in others)
            other.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return Report(files.Stamp());

        void CheckBatches()
        {
            try
            {
                using var checker = new PieceChecker();
                while (Volatile.Read(ref failure) is null && !cancellation.IsCancellationRequested && CheckNext(checker, files))
                {
                }
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        }
    }

    private bool CheckNext(PieceChecker checker, ITorrentStorage files)
    {
        int first = Interlocked.Add(ref _next, _batch) - _batch;
        if (first < 0 || first >= _good.Length)
            return false;
        Span<bool> good = _good.AsSpan(first, Math.Min(_batch, _good.Length - first));
        checker.Check(_location, files, new PieceIndex(first), good);
        long length = 0;
        for (int i = 0; i < good.Length; i++)
            length += _location.Layout.LengthOf(new PieceIndex(first + i));
        _progress?.Invoke(Interlocked.Add(ref _checked, length));
        return true;
    }

    private ContentReport Report(FileStamp[] stamps)
    {
        var good = new Bitfield(_good.Length);
        for (int i = 0; i < _good.Length; i++)
            good[i] = _good[i];
        var files = new List<FileReport>(stamps.Length);
        foreach (FileEntry file in _location.Layout.Files)
        {
            (PieceIndex first, PieceIndex last) = _location.Layout.PiecesOf(file.Index);
            int pieces = Math.Max(0, last.Value - first.Value + 1);
            int right = 0;
            for (int i = first.Value; i <= last.Value; i++)
                right += _good[i] ? 1 : 0;
            FileStamp stamp = stamps[file.Index.Value];
            files.Add(new FileReport(file, stamp, right, pieces, Judge(file, stamp, right == pieces)));
        }

        return new ContentReport(good, files);
    }

    private static FileCondition Judge(FileEntry file, FileStamp stamp, bool piecesRight)
    {
        if (!file.IsStored)
            return piecesRight ? FileCondition.Good : FileCondition.Damaged;
        if (stamp.Length < 0)
            return FileCondition.Missing;
        if (stamp.Length < file.Length)
            return FileCondition.TooShort;
        if (stamp.Length > file.Length)
            return FileCondition.TooLong;
        return piecesRight ? FileCondition.Good : FileCondition.Damaged;
    }
}
