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
    private readonly PieceSides _sides;
    private readonly TreeCheck? _trees;
    private readonly bool[] _good;

    /// <summary>Names what is to be checked.</summary>
    /// <param name="location">The layout, the hashes and the folder.</param>
    /// <param name="storage">The files; <see cref="FileStorage"/> by default.</param>
    /// <param name="progress">Told, from any of the threads, the bytes checked so far.</param>
    /// <param name="layers">What is known of the piece layers of a v2 side, see <see cref="Metainfo.PieceLayers"/>.</param>
    public ContentCheck(
        StorageLocation location, IStorage? storage = null, Action<long>? progress = null, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? layers = null)
    {
        _location = location;
        _storage = storage ?? new FileStorage();
        _progress = progress;
        _sides = new PieceSides(location.Trees, !location.HasV1);
        _trees = location.Trees is null ? null : new TreeCheck(location.Layout, layers ?? new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>());
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
        new PieceCrew(_location, _sides, _progress, cancellation).Run(files, threads, Compare);
        PieceIndex? disputed = JudgeTrees();
        return Report(files.Stamp(), disputed);
    }

    private void Compare(PieceIndex first, ReadOnlySpan<StoredPiece> pieces)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i].Trouble is { } trouble)
                ExceptionDispatchInfo.Throw(trouble);
            var piece = new PieceIndex(first.Value + i);
            _good[piece.Value] = _sides.HasV1 && pieces[i].IsRight(_location, piece);
            _trees?.Note(piece, pieces[i]);
        }
    }

    // The v2 side's verdicts, and the first piece of which the v1 side says otherwise: then the torrent itself is wrong.
    private PieceIndex? JudgeTrees()
    {
        if (_trees is null)
            return null;
        PieceIndex? disputed = null;
        foreach (FileEntry file in _location.Layout.Files)
        {
            if (file.PiecesRoot is null)
                continue;
            bool[] byTree = _trees.Judge(file);
            Span<bool> bySha1 = _good.AsSpan(_location.Layout.PiecesOf(file.Index).First.Value, byTree.Length);
            if (!_sides.HasV1)
                byTree.CopyTo(bySha1);
            else if (FirstDisputed(bySha1, byTree, _trees.IsWholeOnly(file)) is >= 0 and int piece)
                disputed ??= new PieceIndex(_location.Layout.PiecesOf(file.Index).First.Value + piece);
        }

        return disputed;
    }

    private static int FirstDisputed(ReadOnlySpan<bool> bySha1, ReadOnlySpan<bool> byTree, bool isWholeOnly)
    {
        // A file that is wrong as a whole may have pieces that are right.
        if (isWholeOnly && !byTree[0])
            return bySha1.Contains(false) ? -1 : 0;
        int same = bySha1.CommonPrefixLength(byTree);
        return same < bySha1.Length ? same : -1;
    }

    private ContentReport Report(FileStamp[] stamps, PieceIndex? disputed)
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
            files.Add(new FileReport(file, stamp, right, pieces, Judge(file, stamp, right == pieces)) { IsWholeOnly = !_sides.HasV1 && _trees!.IsWholeOnly(file) });
        }

        return new ContentReport(good, files) { Disputed = disputed };
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
