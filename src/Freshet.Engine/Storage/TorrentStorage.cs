using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// The data of one torrent, from the look at what is on disk to the closing of its files: received blocks go in, written pieces come out of it as
/// calls to its <see cref="ITorrentStorageOwner"/>. For one run: a torrent that is started again makes a new one once the old one is closed.
/// </summary>
public sealed class TorrentStorage : IDiskJobHandler
{
    private readonly SessionStorage _session;
    private readonly BlockReads _reads;
    private readonly LeafReads _leafReads;
    private Stage _stage;
    private StorageOpening? _opening;
    private bool _keepsRecord;
    private int _jobsOut;

    /// <summary>Makes the storage of a torrent; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="session">What it shares with other torrents.</param>
    /// <param name="location">Where the data lives and how it is laid out.</param>
    /// <param name="hashes">The key of its resume record.</param>
    /// <param name="verifier">Knows which pieces are right.</param>
    /// <param name="owner">Who is told.</param>
    public TorrentStorage(
        SessionStorage session, StorageLocation location, InfoHashes hashes, IPieceVerifier verifier, ITorrentStorageOwner owner)
    {
        _session = session;
        Location = location;
        Owner = owner;
        Trouble = new DiskTrouble(session.Settings);
        Retries = new DiskRetries(this, session);
        Verifier = verifier;
        Pieces = new PieceStore(this, session, verifier);
        Book = new ResumeBook(this, session, hashes);
        Choice = new FileChoice(this, session);
        _reads = new BlockReads(this, session);
        _leafReads = new LeafReads(this, session);
    }

    private enum Stage : byte
    {
        New,
        Looking,
        Waiting,
        Checking,
        Preparing,
        Ready,
        Draining,
        Syncing,
        Recording,
        Closing,
        Closed,
    }

    /// <summary>Where the data lives and how it is laid out.</summary>
    public StorageLocation Location { get; private set; }

    /// <summary>The pieces that are right and written. Belongs to the storage: look, do not change.</summary>
    public Bitfield Have => Pieces.Have;

    /// <summary>Whether blocks are taken and read.</summary>
    public bool IsReady => _stage == Stage.Ready;

    /// <summary>Whether everything is over: <see cref="ITorrentStorageOwner.StorageClosed"/> was called.</summary>
    public bool IsClosed => _stage == Stage.Closed;

    /// <summary>Payload bytes received over all runs, for the record; kept up to date by the owner.</summary>
    public long Downloaded { get; set; }

    /// <summary>Payload bytes sent over all runs, for the record; kept up to date by the owner.</summary>
    public long Uploaded { get; set; }

    /// <summary>For how long the torrent has seeded over all runs, for the record; kept up to date by the owner.</summary>
    public TimeSpan Seeded { get; set; }

    /// <summary>The last record that was handed to the state store, for another start in this session; null before the first.</summary>
    public ResumeRecord? LastRecord => Book.LastRecord;

    TorrentStorage IDiskJobHandler.Torrent => this;

    internal ITorrentStorageOwner Owner { get; }

    internal IPieceVerifier Verifier { get; }

    internal DiskTrouble Trouble { get; }

    internal DiskRetries Retries { get; }

    internal PieceStore Pieces { get; }

    internal ResumeBook Book { get; }

    internal FileChoice Choice { get; }

    internal bool IsStopping { get; private set; }

    internal MonoTime NextDeadline { get; private set; } = MonoTime.Never;

    /// <summary>
    /// Looks at the files, checks what is in doubt, makes the missing ones, then calls <see cref="ITorrentStorageOwner.StorageReady"/>. Until then nothing
    /// on disk is changed.
    /// </summary>
    /// <param name="resume">What the last run remembered, or null.</param>
    /// <param name="bootId">The present boot of the machine.</param>
    /// <param name="policy">What is made of what is there.</param>
    /// <param name="now">The time.</param>
    public void Start(ResumeRecord? resume, string bootId, StartPolicy policy, MonoTime now)
    {
        if (_stage != Stage.New)
            throw new InvalidOperationException("A storage is for one run.");
        _opening = new StorageOpening(this, _session, resume, bootId, policy);
        Choice.Allocates = policy.Allocate;
        Downloaded = resume?.Downloaded ?? 0;
        Uploaded = resume?.Uploaded ?? 0;
        Seeded = resume?.Seeded ?? default;
        _stage = Stage.Looking;
        _session.Add(this);
        _session.Effects.OpenStorage(Location);
        Look(now);
    }

    /// <summary>Hashes what is in doubt: the answer to <see cref="ITorrentStorageOwner.CheckNeeded"/>.</summary>
    public void Check(MonoTime now)
    {
        if (_stage != Stage.Waiting)
            return;
        _stage = Stage.Checking;
        _opening!.Check(now);
    }

    /// <summary>Wants other files from now on: what is kept of the new ones elsewhere is brought to them, the others are not made.</summary>
    /// <param name="wanted">By file index; null: all.</param>
    /// <param name="now">The time.</param>
    public void Choose(IReadOnlyList<bool>? wanted, MonoTime now)
    {
        bool isSame = Location.Layout.Files.All(file => !file.IsStored || Location.Wants(file.Index) == (wanted is null || wanted[file.Index.Value]));
        Location = Location with { Wanted = wanted };
        if (isSame)
            return;

        // Before that the files are not touched, and what is wanted is said when they are.
        if (_stage is Stage.Preparing or Stage.Ready)
            Choice.Submit(isProbe: false, now);
    }

    /// <summary>Figures of the record changed that no write changes: a new one is taken when it is time.</summary>
    public void Touch(MonoTime now)
    {
        if (IsReady)
            Book.Changed(now);
    }

    /// <summary>
    /// Takes a received block; the lease is the storage's from here on, whatever the answer.
    /// </summary>
    /// <param name="range">One whole block.</param>
    /// <param name="lease">Its bytes.</param>
    /// <param name="sender">Who sent it.</param>
    /// <param name="now">The time.</param>
    /// <returns>False where the block was not wanted: here already, not a block, or the storage is not ready.</returns>
    public bool Accept(BlockRange range, BufferLease lease, ConnectionId sender, MonoTime now)
    {
        if (!IsReady)
        {
            _session.Pool.Return(lease);
            return false;
        }

        _session.Memory.Received(range.Length);
        return Pieces.Accept(range, lease, sender, now);
    }

    /// <summary>
    /// Has blocks brought to their place from other torrents' files; <see cref="ITorrentStorageOwner.BlocksCopied"/> follows. Until then they must come from nobody else: a late
    /// copy would undo what was written.
    /// </summary>
    /// <returns>False where nothing was begun: the piece is here, or the disk makes trouble.</returns>
    public bool Copy(PieceIndex piece, int first, int count, IReadOnlyList<CopySource> sources, MonoTime now)
        => IsReady && !Trouble.IsActive && !Have[piece] && Pieces.Copy(piece, first, count, sources, now);

    /// <summary>Reads a run of blocks of a piece that is had, for a peer.</summary>
    /// <returns>
    /// How many bytes are being read, from the run's start on, whole blocks; try again later for the others. 0 where nothing was begun: not had, too many reads
    /// are out, or memory is short.
    /// </returns>
    public int Read(BlockRange run, IBlockRequester requester, MonoTime now)
        => IsReady && Location.Layout.Contains(run) && Have[run.Piece] ? _reads.Read(run, requester, now) : 0;

    /// <summary>Hashes the blocks of a piece that is had, for a peer (BEP 52).</summary>
    /// <returns>False where nothing was begun: not had, or too many are out.</returns>
    public bool ReadLeaves(PieceIndex piece, ILeafRequester requester, MonoTime now)
        => IsReady && Location.Trees is not null && Have[piece] && _leafReads.TryRead(piece, requester, now);

    /// <summary>A piece that was had cannot be read any more: it is missing from here on, and its blocks are taken again.</summary>
    /// <returns>False where it was not had, or the storage takes nothing.</returns>
    public bool Forget(PieceIndex piece, MonoTime now)
    {
        if (!IsReady || !Have[piece])
            return false;
        Have[piece] = false;
        Book.Forget(piece, now);
        return true;
    }

    /// <summary>More is known of the piece layers (BEP 52): pieces that waited for it are judged.</summary>
    public void HashesKnown(MonoTime now)
    {
        if (!IsReady)
            return;
        Pieces.HashesKnown(now);
        Book.Changed(now);
    }

    /// <summary>What <see cref="ITorrentStorageOwner.LeavesNeeded"/> asked for is known to the verifier, or nobody gives it.</summary>
    public void LeavesAnswered(PieceIndex piece, MonoTime now)
    {
        if (IsReady)
            Pieces.LeavesAnswered(piece, now);
    }

    /// <summary>How safely a piece is kept.</summary>
    public PieceSafety StateOf(PieceIndex piece)
        => Have[piece] ? Book.StateOf(piece) : Pieces.IsVerified(piece) ? PieceSafety.Verified : PieceSafety.Missing;

    /// <summary>
    /// Takes no more, writes what is in memory, syncs, records and closes; <see cref="ITorrentStorageOwner.StorageClosed"/> follows. What cannot be
    /// written now is given up.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="discard">Give up what is in memory, and neither sync nor record: the torrent's data goes.</param>
    public void Stop(MonoTime now, bool discard = false)
    {
        if (_stage == Stage.New)
            throw new InvalidOperationException("The storage was not started.");
        if (IsStopping)
            return;
        bool wasReady = IsReady;
        IsStopping = true;
        _stage = Stage.Draining;
        _keepsRecord = wasReady && !discard;
        _opening?.Stop();
        if (discard)
            Pieces.Drop();
        else
            Pieces.Flush(now);
        ProgressStop(now);
    }

    void IDiskJobHandler.Handle(DiskJob job, MonoTime now)
    {
        if (IsStopping)
            return;
        bool wasProbe = Trouble.IsActive;
        if (job.Error is { } error)
        {
            Retries.Failed(error, wasProbe, now);
            return;
        }

        if (wasProbe)
            Retries.Over();
        if (_stage == Stage.Looking)
            Looked(job.Files ?? [], now);
        else if (_stage == Stage.Preparing)
            BecomeReady(now);
    }

    internal void Submit(DiskJob job, IDiskJobHandler handler, MonoTime now)
    {
        _jobsOut++;
        job.Tag = handler;
        job.SubmittedAt = now;
        _session.Effects.Submit(job);
    }

    internal void Complete(DiskJob job, IDiskJobHandler handler, MonoTime now)
    {
        _jobsOut--;
        handler.Handle(job, now);
        Retries.JobDone(now);
        ProgressStop(now);
    }

    internal void Advance(MonoTime now)
    {
        if (!IsStopping)
        {
            if (IsReady)
                Book.Advance(now);
            Retries.Advance(now);
        }

        // A probe that is due and waits for a job goes out when that returns, not at a time.
        MonoTime retry = Trouble.RetryAt > now ? Trouble.RetryAt : MonoTime.Never;
        NextDeadline = IsStopping ? MonoTime.Never : MonoTime.Min(retry, IsReady ? Book.NextDeadline : MonoTime.Never);
    }

    /// <summary>Files went away underneath: ends without writing on, because that would make them anew with holes.</summary>
    internal void FilesGone(IReadOnlyList<FileIndex> files, MonoTime now)
    {
        Stop(now, discard: true);
        Owner.FilesMissing(files, now);
    }

    /// <summary>Some pieces were checked.</summary>
    internal void Checked(MonoTime now) => _opening!.Checked(now);

    /// <summary>What is there is known: has the files made that are missing.</summary>
    internal void Prepare(MonoTime now)
    {
        _stage = Stage.Preparing;
        Submit(Choice.MakeJob(), this, now);
    }

    /// <summary>Does again what failed before blocks could come.</summary>
    internal void RetryOpening(MonoTime now)
    {
        if (_stage is not (Stage.Looking or Stage.Preparing) || !Trouble.TryProbe(now))
            return;
        if (_stage == Stage.Looking)
            Look(now);
        else
            Prepare(now);
    }

    /// <summary>Goes on with a stop as far as what is out allows.</summary>
    internal void ProgressStop(MonoTime now)
    {
        if (!IsStopping || _jobsOut > 0 || Book.IsBusy)
            return;
        switch (_stage)
        {
            case Stage.Draining when Pieces.IsQuiet():
                _stage = Stage.Syncing;
                if (_keepsRecord && Book.NeedsSync)
                    Book.Sync(now);
                ProgressStop(now);
                break;
            case Stage.Syncing:
                _stage = Stage.Recording;
                if (_keepsRecord)
                    Book.Save(now);
                ProgressStop(now);
                break;
            case Stage.Recording:
                _stage = Stage.Closing;
                Submit(_session.TakeJob(DiskJobKind.Close, Location.Torrent), this, now);
                break;
            case Stage.Closing:
                _stage = Stage.Closed;
                Pieces.Clear();
                _session.Remove(this);
                Owner.StorageClosed(now);
                break;
        }
    }

    private void Look(MonoTime now) => Submit(_session.TakeJob(DiskJobKind.Stamp, Location.Torrent), this, now);

    private void Looked(FileStamp[] stamps, MonoTime now)
    {
        _opening!.Looked(stamps);
        if (_opening.MissingFiles.Count > 0)
        {
            // Making the files anew could mean filling the folder under a mount point: that is for a person to decide.
            Stop(now);
            Owner.FilesMissing(_opening.MissingFiles, now);
            return;
        }

        _stage = Stage.Waiting;
        if (_opening.HasDoubts)
            Owner.CheckNeeded(now);
        else
            Check(now);
    }

    private void BecomeReady(MonoTime now)
    {
        _stage = Stage.Ready;
        List<PartialPiece> partials = _opening!.Load();
        _opening = null;
        Book.Changed(now);
        Owner.StorageReady(partials, now);
    }
}
