using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Keeps a torrent's resume record up to date and its data synced. A record is taken in this order: snapshot of what is written, then the files'
/// stamps, then the state store; so a stamp is never older than what its record counts.
/// </summary>
internal sealed class ResumeBook : IDiskJobHandler
{
    private readonly SessionStorage _session;
    private readonly InfoHashes _hashes;

    /// <summary>What a sync has confirmed.</summary>
    private readonly Bitfield _synced;

    /// <summary>What a failed sync may have lost. The kernel forgets such a failure, so that no later sync can vouch for these pieces.</summary>
    private readonly Bitfield _tainted;

    /// <summary>What the state store holds.</summary>
    private Bitfield _recorded;
    private Bitfield _durable;

    private Bitfield? _syncing;
    private Bitfield? _snapshotHave;
    private Bitfield? _snapshotDurable;
    private IReadOnlyList<PartialPieceRecord> _snapshotPartials = [];
    private long _unsyncedBytes;
    private MonoTime _saveAt = MonoTime.Never;
    private MonoTime _syncAt = MonoTime.Never;

    public ResumeBook(TorrentStorage torrent, SessionStorage session, InfoHashes hashes)
    {
        Torrent = torrent;
        _session = session;
        _hashes = hashes;
        int pieces = torrent.Location.Layout.PieceCount;
        _synced = new Bitfield(pieces);
        _tainted = new Bitfield(pieces);
        _recorded = new Bitfield(pieces);
        _durable = new Bitfield(pieces);
    }

    /// <inheritdoc/>
    public TorrentStorage Torrent { get; }

    public MonoTime NextDeadline => MonoTime.Min(IsSaving ? MonoTime.Never : _saveAt, _syncing is null ? _syncAt : MonoTime.Never);

    /// <summary>The last record that was handed to the state store.</summary>
    public ResumeRecord? LastRecord { get; private set; }

    /// <summary>Whether a stamp, a sync or a save is under way.</summary>
    public bool IsBusy => IsSaving || _syncing is not null;

    /// <summary>Whether written data waits for a sync.</summary>
    public bool NeedsSync => _unsyncedBytes > 0;

    private bool IsSaving => _snapshotHave is not null;

    /// <summary>How safely a written piece is kept.</summary>
    public PieceSafety StateOf(PieceIndex piece)
        => _durable[piece] ? PieceSafety.Durable : _recorded[piece] ? PieceSafety.Recorded : PieceSafety.Written;

    /// <summary>Starts from what the last run left.</summary>
    public void Load(Bitfield recorded, Bitfield durable)
    {
        _recorded = recorded.Clone();
        _durable = durable.Clone();
        for (int piece = durable.NextSet(0); piece >= 0; piece = durable.NextSet(piece + 1))
            _synced[piece] = true;
    }

    /// <summary>A piece was found right by reading it from the device after another boot.</summary>
    public void FoundDurable(PieceIndex piece) => _synced[piece] = true;

    /// <summary>A piece that was written is gone. What comes in its place is neither synced nor recorded yet, whatever is under way for the old.</summary>
    public void Forget(PieceIndex piece, MonoTime now)
    {
        foreach (Bitfield? known in (ReadOnlySpan<Bitfield?>)[_synced, _tainted, _recorded, _durable, _syncing, _snapshotHave, _snapshotDurable])
        {
            if (known is not null)
                known[piece] = false;
        }

        Changed(now);
    }

    public void BytesWritten(int bytes, MonoTime now)
    {
        _unsyncedBytes += bytes;
        if (_syncAt.IsNever)
            _syncAt = now + _session.Settings.SyncInterval;
        if (_unsyncedBytes >= _session.Settings.SyncBytes)
            _syncAt = MonoTime.Min(_syncAt, now);
        Changed(now);
        _session.WakeAt(NextDeadline);
    }

    /// <summary>
    /// The record is no longer true: a new one is taken at the session's next beat, which is now where the last is long enough ago.
    /// </summary>
    public void Changed(MonoTime now)
    {
        if (!_saveAt.IsNever)
            return;
        _saveAt = MonoTime.Max(now, _session.NextBeat);
        _session.WakeAt(NextDeadline);
    }

    public void Advance(MonoTime now)
    {
        if (_syncing is null && _syncAt <= now)
            Sync(now);
        if (!IsSaving && _saveAt <= now)
            Save(now);
    }

    /// <summary>Brings what is written to the device.</summary>
    public void Sync(MonoTime now)
    {
        _syncing = Torrent.Pieces.Have.Clone();
        _unsyncedBytes = 0;
        _syncAt = MonoTime.Never;
        Torrent.Submit(_session.TakeJob(DiskJobKind.Sync, Torrent.Location.Torrent), this, now);
    }

    /// <summary>Takes a record.</summary>
    public void Save(MonoTime now)
    {
        _saveAt = MonoTime.Never;
        _session.Beat(now);
        _snapshotHave = Torrent.Pieces.Have.Clone();
        for (int piece = _tainted.NextSet(0); piece >= 0; piece = _tainted.NextSet(piece + 1))
            _snapshotHave[piece] = false;
        _snapshotDurable = _synced.Clone();
        _snapshotPartials = WithTainted(Torrent.Pieces.Partials());
        Torrent.Submit(_session.TakeJob(DiskJobKind.Stamp, Torrent.Location.Torrent), this, now);
    }

    public void Handle(DiskJob job, MonoTime now)
    {
        if (job.Kind == DiskJobKind.Sync)
            AfterSync(job.Error, now);
        else
            AfterStamp(job, now);
    }

    public void Saved(bool isKept, MonoTime now)
    {
        if (isKept)
        {
            _recorded = _snapshotHave!;
            _durable = _snapshotDurable!;
        }
        else if (!Torrent.IsStopping)
        {
            Changed(now);
        }

        _snapshotHave = null;
        _snapshotDurable = null;
        _session.WakeAt(NextDeadline);
        Torrent.ProgressStop(now);
    }

    private void AfterSync(DiskError? error, MonoTime now)
    {
        Bitfield syncing = _syncing!;
        _syncing = null;
        Bitfield marked = error is null ? _synced : _tainted;
        for (int piece = syncing.NextSet(0); piece >= 0; piece = syncing.NextSet(piece + 1))
            marked[piece] |= !_synced[piece] && !_tainted[piece];

        if (error is not null)
        {
            // What was written while the sync ran, and the spilled blocks of pieces that are not whole yet, may be lost to the same failure.
            Bitfield have = Torrent.Pieces.Have;
            for (int piece = have.NextSet(0); piece >= 0; piece = have.NextSet(piece + 1))
                _tainted[piece] |= !_synced[piece];
            foreach (PieceBuffer buffer in Torrent.Pieces.OpenPieces)
                _tainted[buffer.Piece] |= buffer.OnDiskCount > 0;
        }

        _session.WakeAt(NextDeadline);
        Changed(now);
        if (error is not null)
            Torrent.Owner.SyncFailed(error, now);
    }

    private void AfterStamp(DiskJob job, MonoTime now)
    {
        if (Torrent.Choice.IsSettled && job.Files is { } stamps && Gone(stamps) is { } gone)
        {
            // The record that is kept stays: it speaks of the files as they were, and counts again once they are back.
            _snapshotHave = null;
            _snapshotDurable = null;
            Torrent.FilesGone(gone, now);
            return;
        }

        LastRecord = new ResumeRecord
        {
            Hashes = _hashes,
            Directory = Torrent.Location.Directory,
            PieceCount = _snapshotHave!.Length,
            Recorded = _snapshotHave.ToArray(),
            Durable = _snapshotDurable!.ToArray(),
            Partials = _snapshotPartials,

            // Without stamps nothing of the record is believed unhashed: right where the files cannot even be looked at.
            Files = job.Files ?? [],
            Downloaded = Torrent.Downloaded,
            Uploaded = Torrent.Uploaded,
            Seeded = Torrent.Seeded,
        };
        if (Torrent.Verifier.LearntLayers is { Count: > 0 } layers)
            LastRecord = LastRecord with { PieceLayers = layers };
        _session.Save(LastRecord, this);

        // Who stops a torrent waits for this record: neither the store's interval nor its pause after a failure shall be added to that.
        if (Torrent.IsStopping)
            _session.Effects.HurryState();
    }

    /// <summary>Wanted files that have verified data and are not there: somebody moved or deleted them, and what is written goes nowhere.</summary>
    private List<FileIndex>? Gone(FileStamp[] stamps)
    {
        List<FileIndex>? gone = null;
        PieceLayout layout = Torrent.Location.Layout;
        for (int i = 0; i < Math.Min(stamps.Length, layout.Files.Count); i++)
        {
            FileEntry file = layout.Files[i];
            if (stamps[i].Length >= 0 || !file.IsStored || file.Length == 0 || !Torrent.Location.Wants(file.Index))
                continue;
            (PieceIndex first, PieceIndex last) = layout.PiecesOf(file.Index);
            int had = _snapshotHave!.NextSet(first.Value);
            if (had >= 0 && had <= last.Value)
                (gone ??= []).Add(file.Index);
        }

        return gone;
    }

    /// <summary>Tainted pieces are recorded as wholly on disk and in doubt: the next start hashes them.</summary>
    private IReadOnlyList<PartialPieceRecord> WithTainted(IReadOnlyList<PartialPieceRecord> partials)
    {
        if (_tainted.IsEmpty)
            return partials;
        var all = new List<PartialPieceRecord>(partials);
        for (int piece = _tainted.NextSet(0); piece >= 0; piece = _tainted.NextSet(piece + 1))
        {
            if (!Torrent.Pieces.Have[piece])
                continue;
            var blocks = new Bitfield(Torrent.Location.Layout.DataBlocksIn(new PieceIndex(piece)));
            blocks.SetAll();
            all.Add(new PartialPieceRecord(new PieceIndex(piece), blocks.ToArray()));
        }

        return all;
    }
}
