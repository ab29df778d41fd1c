using System.Runtime.ExceptionServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>Reads and hashes a torrent's data without a session, on all cores: what <c>freshet verify</c> does.</summary>
public sealed class ContentCheck
{
    private readonly StorageLocation _location;
    private readonly IStorage _storage;
    private readonly Action<long>? _progress;
    private readonly bool[] _good;

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
    }

    /// <summary>Checks everything; returns when it is done. Call it once.</summary>
    /// <param name="threads">The number of threads; one a core where it is 0.</param>
    /// <param name="cancellation">Ends it after what is being read.</param>
    /// <exception cref="StorageException">A file cannot be read, for another reason than that it is not there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ContentReport Run(int threads = 0, CancellationToken cancellation = default)
    {
        using ITorrentStorage files = _storage.Open(_location);
        new PieceCrew(_location, _progress, cancellation).Run(files, threads, Compare);
        return Report(files.Stamp());
    }

    private void Compare(PieceIndex first, ReadOnlySpan<StoredPiece> pieces)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i].Trouble is { } trouble)
                ExceptionDispatchInfo.Throw(trouble);
            var piece = new PieceIndex(first.Value + i);
            _good[piece.Value] = pieces[i].IsRight(_location, piece);
        }
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
