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
    private Stage _stage;
    private ResumeRecord? _resume;
    private string _bootId = "";
    private StartPolicy _policy;
    private bool _keepsRecord;
    private ResumePlan? _plan;
    private Checker? _checker;
    private int _jobsOut;
    private bool _troubleIsNews;
    private bool _troubleIsOver;

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
        Pieces = new PieceStore(this, session, verifier);
        Book = new ResumeBook(this, session, hashes);
        Choice = new FileChoice(this, session);
        _reads = new BlockReads(this, session);
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

    internal DiskTrouble Trouble { get; }

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
        _resume = resume;
        _bootId = bootId;
        _policy = policy;
        Downloaded = resume?.Downloaded ?? 0;
        Uploaded = resume?.Uploaded ?? 0;
        Seeded = resume?.Seeded ?? default;
        _stage = Stage.Looking;
        _session.Add(this);
        _session.Effects.OpenStorage(Location);
        Submit(_session.TakeJob(DiskJobKind.Stamp, Location.Torrent), this, now);
    }

    /// <summary>Hashes what is in doubt: the answer to <see cref="ITorrentStorageOwner.CheckNeeded"/>.</summary>
    public void Check(MonoTime now)
    {
        if (_stage == Stage.Waiting)
            BeginCheck(now);
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
            Choice.Submit(_policy.Allocate, isProbe: false, now);
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

    /// <summary>Reads a run of blocks of a piece that is had, for a peer.</summary>
    /// <returns>
    /// How many bytes are being read, from the run's start on, whole blocks; try again later for the others. 0 where nothing was begun: not had, too many reads
    /// are out, or memory is short.
    /// </returns>
    public int Read(BlockRange run, IBlockRequester requester, MonoTime now)
        => IsReady && Location.Layout.Contains(run) && Have[run.Piece] ? _reads.Read(run, requester, now) : 0;

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
        _checker?.Stop();
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
            Failed(error, wasProbe, now);
            return;
        }

        if (wasProbe)
            TroubleOver();
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
        if (Trouble.RetryAt <= now && IsReady)
            Probe(now);
        Deliver(now);
        ProgressStop(now);
    }

    internal void Advance(MonoTime now)
    {
        if (!IsStopping)
        {
            if (IsReady)
                Book.Advance(now);
            if (Trouble.RetryAt <= now)
                Retry(now);
            Deliver(now);
        }

        // A probe that is due and waits for a job goes out when that returns, not at a time.
        MonoTime retry = Trouble.RetryAt > now ? Trouble.RetryAt : MonoTime.Never;
        NextDeadline = IsStopping ? MonoTime.Never : MonoTime.Min(retry, IsReady ? Book.NextDeadline : MonoTime.Never);
    }

    /// <summary>A job failed. The owner is told when the job is dealt with.</summary>
    internal void Failed(DiskError error, bool wasProbe, MonoTime now)
    {
        _troubleIsNews |= Trouble.Fail(error, wasProbe, now);
        _session.WakeAt(Trouble.RetryAt);
    }

    /// <summary>Files went away underneath: ends without writing on, because that would make them anew with holes.</summary>
    internal void FilesGone(IReadOnlyList<FileIndex> files, MonoTime now)
    {
        Stop(now, discard: true);
        Owner.FilesMissing(files, now);
    }

    /// <summary>A probe went through. The owner is told when the job is dealt with.</summary>
    internal void TroubleOver() => _troubleIsOver = true;

    /// <summary>Some pieces were checked.</summary>
    internal void Checked(MonoTime now)
    {
        Owner.CheckProgressed(_checker!.CheckedBytes, _checker.TotalBytes, now);
        if (!IsStopping && _checker.IsDone)
            CheckDone(now);
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

    private void Looked(FileStamp[] stamps, MonoTime now)
    {
        _plan = ResumePlan.Make(Location, _resume, _bootId, stamps, _policy.Check);
        if (_plan.MissingFiles.Count > 0)
        {
            // Making the files anew could mean filling the folder under a mount point: that is for a person to decide.
            Stop(now);
            Owner.FilesMissing(_plan.MissingFiles, now);
            return;
        }

        _stage = Stage.Waiting;
        if (_plan.ToCheck.NextSet(0) >= 0)
            Owner.CheckNeeded(now);
        else
            BeginCheck(now);
    }

    private void BeginCheck(MonoTime now)
    {
        _stage = Stage.Checking;
        _checker = new Checker(this, _session, _plan!.ToCheck);
        _checker.Advance(now);
        if (_checker.IsDone)
            CheckDone(now);
    }

    private void CheckDone(MonoTime now)
    {
        if (_policy.OnlyWhole && CountHad() is int had && had < Have.Length)
        {
            Stop(now, discard: true);
            Owner.NotWhole(had, now);
            return;
        }

        if (!_policy.Overwrite && _plan!.KnowsNothing && _checker!.Good.IsEmpty && _plan.FilesWithContent() is { Count: > 0 } foreign)
        {
            Stop(now, discard: true);
            Owner.FilesForeign(foreign, now);
            return;
        }

        _stage = Stage.Preparing;
        Prepare(now);
    }

    private int CountHad()
    {
        int had = 0;
        for (int i = 0; i < Have.Length; i++)
            had += _plan!.Believed[i] || _checker!.Good[i] ? 1 : 0;
        return had;
    }

    private void Prepare(MonoTime now)
    {
        Submit(Choice.MakeJob(_policy.Allocate), this, now);
    }

    private void BecomeReady(MonoTime now)
    {
        _stage = Stage.Ready;
        Book.Load(_plan!.Believed, _plan.Durable);
        Bitfield good = _checker!.Good;
        for (int i = 0; i < Have.Length; i++)
        {
            Have[i] = _plan.Believed[i] || good[i];
            if (good[i] && _plan.ProvenByCheck[i])
                Book.FoundDurable(new PieceIndex(i));
        }

        List<PartialPiece> partials = [.. _plan.Partials.Where(partial => !Have[partial.Piece])];
        foreach (PartialPiece partial in partials)
            Pieces.Adopt(partial);
        if (_checker.Error is { } error)
            _session.Effects.Publish(new DiskNotice(Location.Torrent, error, WillRetry: false));
        foreach ((FileEntry file, long extra) in _plan.Tails())
            _session.Effects.Publish(new FileTailNotice(Location.Torrent, file.Path, extra));
        _plan = null;
        _checker = null;
        _resume = null;
        Book.Changed(now);
        Owner.StorageReady(partials, now);
    }

    private void Retry(MonoTime now)
    {
        if (_stage is Stage.Looking or Stage.Preparing)
        {
            if (!Trouble.TryProbe(now))
                return;
            if (_stage == Stage.Looking)
                Submit(_session.TakeJob(DiskJobKind.Stamp, Location.Torrent), this, now);
            else
                Prepare(now);
        }
        else if (IsReady)
        {
            Probe(now);
        }
    }

    /// <summary>Tries again what failed: the choice of files before the pieces, which may be for files that are to be made.</summary>
    private void Probe(MonoTime now)
    {
        if (!Choice.HasFailed)
            Pieces.Probe(now);
        else if (Trouble.TryProbe(now))
            Choice.Submit(_policy.Allocate, isProbe: true, now);
    }

    /// <summary>Tells the owner of trouble and its end, once the job that brought it is wholly dealt with.</summary>
    private void Deliver(MonoTime now)
    {
        if (_troubleIsOver)
        {
            _troubleIsOver = false;
            _troubleIsNews = false;
            Trouble.Clear();
            if (!IsStopping)
            {
                Pieces.Resume(now);
                Owner.StorageRecovered(now);
            }
        }

        if (_troubleIsNews)
        {
            _troubleIsNews = false;
            if (!IsStopping)
                Owner.StorageTroubled(Trouble.Error!, !Trouble.IsFinal, now);
        }
    }
}
