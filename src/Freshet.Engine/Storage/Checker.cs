using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Has pieces hashed that are in doubt: neighbours in one job, a few jobs for each worker out at once, so that every core is busy and little is out when it is stopped.
/// </summary>
internal sealed class Checker : IDiskJobHandler
{
    private readonly Bitfield _doubtful;
    private readonly PieceLayout _layout;
    private readonly SessionStorage _session;
    private readonly List<DiskJob> _out = [];
    private readonly int _batchPieces;
    private readonly int _maxJobs;
    private int _next;
    private bool _isStopped;

    // What pieces are whose hash is not known (BEP 52).
    private Dictionary<int, Sha256Hash>? _unjudged;

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
        _batchPieces = Math.Max(settings.CheckBatchPieces, settings.CheckBatchBytes / _layout.PieceLength);

        // Where there are few pieces, each worker gets its share.
        _batchPieces = Math.Clamp((doubtful.Count + settings.HashWorkers - 1) / settings.HashWorkers, 1, _batchPieces);
        _maxJobs = settings.CheckJobsPerWorker * settings.HashWorkers;
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

    /// <summary>
    /// Everything was looked at: a whole file of which no piece could be judged, because its piece layer is not known, is right where its pieces together lead to its root.
    /// </summary>
    public void JudgeWholeFiles()
    {
        foreach (FileEntry file in _unjudged is null ? [] : _layout.Files)
        {
            (PieceIndex first, PieceIndex last) = _layout.PiecesOf(file.Index);
            byte[] layer = [.. Enumerable.Range(first.Value, Math.Max(0, last.Value - first.Value + 1))
                .SelectMany(piece => _unjudged!.TryGetValue(piece, out Sha256Hash root) ? root.Bytes.ToArray() : [])];
            if (file.PiecesRoot is not { } root || layer.Length == 0 || !Torrent.Verifier.TryProve(root, layer))
                continue;
            for (int piece = first.Value; piece <= last.Value; piece++)
                Good[piece] = true;
        }
    }

    /// <summary>A piece about which the two sides of a hybrid disagree, or null.</summary>
    public PieceIndex? Conflict { get; private set; }

    public bool IsDone => _out.Count == 0 && (_isStopped || _next < 0);

    /// <summary>Hands out as many jobs as may be out.</summary>
    public void Advance(MonoTime now)
    {
        while (!_isStopped && _next >= 0 && _out.Count < _maxJobs)
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
            DiskJob job = _session.TakeJob(DiskJobKind.Check, Torrent.Location.Torrent);
            job.Range = new BlockRange(new PieceIndex(first), 0, 0);
            job.PieceCount = end - first;
            _out.Add(job);
            Torrent.Submit(job, this, now);
        }
    }

    /// <summary>Hands out no more; what is out comes back soon.</summary>
    public void Stop()
    {
        _isStopped = true;
        foreach (DiskJob job in _out)
            job.Cancel();
    }

    public void Handle(DiskJob job, MonoTime now)
    {
        _out.Remove(job);
        int first = job.Range.Piece.Value;
        Error = job.Error ?? Error;
        for (int i = 0; i < job.PieceCount; i++)
        {
            CheckedBytes += _layout.LengthOf(new PieceIndex(first + i));
            Judge(new PieceIndex(first + i), job.Good is { } good && good[i], job.Roots?[i] ?? default);
        }

        Advance(now);
        Torrent.Checked(now);
    }

    private void Judge(PieceIndex piece, bool isRightByV1, in Sha256Hash root)
    {
        if (Torrent.Location.Trees is null)
        {
            Good[piece] = isRightByV1;
            return;
        }

        // What could not be read whole has no root.
        if (root == default)
            return;
        switch (Torrent.Verifier.JudgeChecked(piece, isRightByV1, root))
        {
            case Verdict.Right:
                Good[piece] = true;
                break;
            case Verdict.HashesNeeded:
                (_unjudged ??= [])[piece.Value] = root;
                break;
            case Verdict.Conflict:
                Conflict ??= piece;
                break;
        }
    }
}
