using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Has pieces hashed that are in doubt: neighbours in one job, enough jobs out at once that every core is busy.
/// </summary>
internal sealed class Checker : IDiskJobHandler
{
    private readonly Bitfield _doubtful;
    private readonly PieceLayout _layout;
    private readonly SessionStorage _session;
    private readonly int _batchPieces;
    private readonly int _maxJobs;
    private int _next;
    private int _out;
    private bool _isStopped;

    /// <summary>Prepares to check some pieces.</summary>
    /// <param name="torrent">Whose.</param>
    /// <param name="session">Where jobs come from.</param>
    /// <param name="doubtful">The pieces to check.</param>
    public Checker(TorrentStorage torrent, SessionStorage session, Bitfield doubtful)
    {
        Torrent = torrent;
        _session = session;
        _doubtful = doubtful;
        _layout = torrent.Location.Layout;
        StorageSettings settings = session.Settings;
        _batchPieces = Math.Max(1, settings.CheckBatchBytes / _layout.PieceLength);
        long batchBytes = (long)_batchPieces * _layout.PieceLength;
        _maxJobs = (int)Math.Max((settings.CheckOutstandingBytes + batchBytes - 1) / batchBytes, (long)settings.CheckJobsPerWorker * settings.HashWorkers);
        Good = new Bitfield(doubtful.Length);
        for (int piece = doubtful.NextSet(0); piece >= 0; piece = doubtful.NextSet(piece + 1))
            TotalBytes += _layout.LengthOf(new PieceIndex(piece));
    }

    /// <inheritdoc/>
    public TorrentStorage Torrent { get; }

    /// <summary>The pieces found right so far.</summary>
    public Bitfield Good { get; }

    public long TotalBytes { get; }

    public long CheckedBytes { get; private set; }

    /// <summary>The last trouble with reading; the pieces concerned count as not right.</summary>
    public DiskError? Error { get; private set; }

    public bool IsDone => _out == 0 && (_isStopped || _next < 0);

    /// <summary>Hands out as many jobs as may be out.</summary>
    public void Advance(MonoTime now)
    {
        while (!_isStopped && _next >= 0 && _out < _maxJobs)
        {
            int first = _doubtful.NextSet(_next);
            if (first < 0)
            {
                _next = -1;
                break;
            }

            int end = _doubtful.NextClear(first);
            end = Math.Min(end < 0 ? _doubtful.Length : end, first + _batchPieces);
            _next = end;
            _out++;
            DiskJob job = _session.TakeJob(DiskJobKind.Check, Torrent.Location.Torrent);
            job.Range = new BlockRange(new PieceIndex(first), 0, 0);
            job.PieceCount = end - first;
            Torrent.Submit(job, this, now);
        }
    }

    /// <summary>Hands out no more.</summary>
    public void Stop() => _isStopped = true;

    public void Handle(DiskJob job, MonoTime now)
    {
        _out--;
        int first = job.Range.Piece.Value;
        Error = job.Error ?? Error;
        for (int i = 0; i < job.PieceCount; i++)
        {
            CheckedBytes += _layout.LengthOf(new PieceIndex(first + i));
            if (job.Error is null && job.Good is { } good && good[i])
                Good[first + i] = true;
        }

        Advance(now);
        Torrent.Checked(now);
    }
}
