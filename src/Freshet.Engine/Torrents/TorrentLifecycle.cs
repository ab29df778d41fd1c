using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Queueing;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// When a torrent runs. One run: storage looks and checks (Checking), then the swarm is opened (Downloading, Seeding) for as long as the queue has a place
/// (else Queued), then all is closed: connections, trackers for at most 3 s, files. Another run starts only when the last one is wholly over.
/// </summary>
internal sealed partial class TorrentLifecycle : IQueueMember
{
    /// <summary>Pieces that may vanish in a run before it ends: a few bad sectors are mended by writing them anew, a lost drive is not.</summary>
    private const int MaxVanished = 16;

    /// <summary>What was given is counted in the record after so long at the latest: a kill loses no more of the ratio.</summary>
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(60);

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly Deadline _count;
    private ResumeRecord? _resume;
    private bool _hasFirstPeers;
    private bool _isReady;
    private bool _isStopping;
    private bool _removeAfterStop;
    private bool _stopAfterCheck;
    private DiskCheck? _startAfterStop;
    private string? _failure;
    private string? _trouble;
    private string? _goal;
    private bool _wasComplete;
    private bool _hasCompleted;
    private int _vanished;

    // Whether the files are known to be this torrent's: a check that finds nothing right in them is then damage, not somebody else's data.
    private bool _isOurs;

    public TorrentLifecycle(Torrent torrent, SessionContext session, ResumeRecord? resume)
    {
        _torrent = torrent;
        _session = session;
        _resume = resume;
        _isOurs = resume is not null;
        _hasCompleted = torrent.Spec.HasCompleted;
        _count = new Deadline(session.Deadlines, SaveCounts);
        Seat = new QueueSeat(this);
        Goals = new GoalWatch(torrent, session) { Own = torrent.Spec.Goals };
        Pace = new PaceWatch(Seat, torrent.Figures, session);
        TorrentCounts before = torrent.Spec.Counts ?? new TorrentCounts(resume?.Downloaded ?? 0, resume?.Uploaded ?? 0, resume?.Seeded ?? default);
        torrent.Figures.DownloadedBefore = before.Downloaded;
        torrent.Figures.UploadedBefore = before.Uploaded;
        torrent.Figures.SeededBefore = before.Seeded;
        torrent.Figures.Moved = Moved;
    }

    /// <summary>Called when a torrent that was to be removed is wholly stopped.</summary>
    public Action<MonoTime>? Removed { get; set; }

    public TorrentState State { get; private set; } = TorrentState.Stopped;

    public string? Reason { get; private set; }

    /// <summary>Its seat in the session's queue.</summary>
    public QueueSeat Seat { get; }

    public GoalWatch Goals { get; }

    public PaceWatch Pace { get; }

    /// <summary>The storage of the present run.</summary>
    public TorrentStorage? Storage { get; private set; }

    /// <summary>Whether the swarm is open: pieces may come and go.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether it seeds without being awake: peers who come wake it.</summary>
    public bool IsResting { get; private set; }

    /// <summary>Whether it rests and the queue lets it seed: who comes is let in.</summary>
    public bool TakesCallers => IsResting && Seat.IsAdmitted;

    /// <summary>Whether nothing is open or under way.</summary>
    public bool IsQuiet => Storage is null && !_isStopping && _startAfterStop is null && !IsResting;

    /// <summary>From 0 to 1 while pieces are checked.</summary>
    public double CheckProgress { get; set; }

    /// <summary>Begins a run, or another one when the present stop is over.</summary>
    public void Start(MonoTime now)
    {
        Goals.IsLifted |= _goal is not null;
        Start(_torrent.Spec.Check, now);
    }

    /// <summary>Storage would hash what is in doubt: that waits for its turn.</summary>
    public void CheckNeeded(MonoTime now)
    {
        if (IsResting)
        {
            // What was taken for whole is not, or not certainly.
            IsResting = false;
            CloseSwarm(now);
        }

        Want(QueueKind.Check, now);
    }

    /// <summary>Storage knows what is there: open the swarm.</summary>
    public void Opened(MonoTime now)
    {
        _session.Touched.Add(_torrent);
        _isReady = true;
        if (_stopAfterCheck)
        {
            _stopAfterCheck = false;
            BeginStop(now);
            return;
        }

        _isOurs = true;
        _vanished = 0;
        _wasComplete = _torrent.Wanted.DonePieces.IsFull;
        _hasCompleted |= _wasComplete;
        if (TakesCallers && _torrent.Picker.IsComplete)
            OpenSwarm(now);
        IsResting = false;
        Want(_torrent.Picker.IsComplete ? QueueKind.Seed : QueueKind.Download, now);
        _torrent.Slumber.Opened(now);
    }

    /// <inheritdoc/>
    void IQueueMember.Admitted(MonoTime now)
    {
        if (Seat.Wants == QueueKind.Check)
        {
            Storage?.Check(now);
        }
        else
        {
            if (!IsOpen)
                OpenSwarm(now);
            Pace.Begin(now);
            _torrent.Figures.SetSeeding(Seat.Wants == QueueKind.Seed, now);
            if (Seat.Wants == QueueKind.Seed)
                Goals.Begin(now);
            else
                Goals.End();
        }

        Show();
    }

    /// <inheritdoc/>
    void IQueueMember.Suspended(MonoTime now)
    {
        CloseSwarm(now);
        Show();
    }

    /// <summary>The last wanted piece came, or other pieces are wanted.</summary>
    public void WantedChanged(MonoTime now)
    {
        if (!_isReady || _isStopping)
            return;
        bool isComplete = _torrent.Picker.IsComplete;
        bool wasSeeding = Seat.Wants == QueueKind.Seed;
        if (!_wasComplete && _torrent.Wanted.DonePieces.IsFull)
        {
            _wasComplete = true;
            if (!_hasCompleted)
                _torrent.Trackers.Announcer.Completed(now);
            _hasCompleted = true;
        }

        Want(isComplete ? QueueKind.Seed : QueueKind.Download, now);
        if (IsOpen && isComplete)
            _torrent.Messages.WantNothing(now);
        else if (IsOpen && wasSeeding)
            _torrent.Messages.WantAgain();
        if (isComplete && !wasSeeding)
            _session.Effects.Publish(new TorrentCompletedNotice(_torrent.Id));
    }

    /// <summary>
    /// A piece that was had is gone from disk, and is wanted again. When many are, somebody has changed the files or the drive is failing or not there any more:
    /// writing on might fill the folder under a mount point, and is for a person to decide.
    /// </summary>
    public void PieceVanished(DiskError error, MonoTime now)
    {
        if (++_vanished > MaxVanished)
        {
            Fail($"{error.Path}: {error.Message}; more than {MaxVanished} pieces that were there are gone: bring the drive or the files back, then start again", now);
            return;
        }

        WantedChanged(now);
        _torrent.Connector.EndPauses(now);
    }

    /// <summary>Keeps the figures of the record up to date.</summary>
    public void CountForRecord(MonoTime now)
    {
        if (Storage is null)
            return;
        Storage.Downloaded = _torrent.Figures.DownloadedBefore + _torrent.Figures.Downloaded;
        Storage.Uploaded = _torrent.Figures.UploadedBefore + _torrent.Figures.Uploaded;
        Storage.Seeded = _torrent.Figures.SeededFor(now);
    }

    /// <summary>The disk makes trouble.</summary>
    public void Troubled(DiskError error, bool willRetry, MonoTime now)
    {
        string words = $"{error.Path}: {error.Message}";
        if (!willRetry)
        {
            Fail(words, now);
            return;
        }

        // Whoever waits for a disk must not keep others from checking on theirs.
        if (Seat.Wants == QueueKind.Check)
            _session.Queue.Want(Seat, QueueKind.None, now);
        _torrent.Requester.IsHeld = true;
        _trouble = $"{words} (tried again until it works)";
        Show();
    }

    /// <summary>The disk works again.</summary>
    public void Recovered()
    {
        if (_isStopping || _trouble is null)
            return;
        _trouble = null;
        _torrent.Requester.IsHeld = false;
        _torrent.Requester.WakeAll();
        Show();
    }

    /// <summary>Nobody is connected or dialled, and all is here: closes the files; the trackers go on being told that it seeds.</summary>
    public void Rest(MonoTime now)
    {
        IsOpen = false;
        _isReady = false;
        IsResting = true;
        _torrent.Connector.CloseAll(DisconnectReason.TorrentStopped, now);
        CountForRecord(now);
        Storage!.Stop(now);
    }

    /// <summary>The torrent has its parts again.</summary>
    public void Woken(ResumeRecord? resume, MonoTime now)
    {
        _resume = resume;
        _isOurs |= resume is not null;
        if (_isStopping)
            return;
        if (IsResting)
        {
            OpenStorage(DiskCheck.Auto, now);
        }
        else if (_startAfterStop is { } check)
        {
            bool stopAfterCheck = _stopAfterCheck;
            _startAfterStop = null;
            _resume = null;
            Start(check, now);
            _stopAfterCheck = stopAfterCheck;
        }
    }

    private void Start(DiskCheck check, MonoTime now)
    {
        if (_isStopping)
        {
            // A full check that was asked for stays one.
            _startAfterStop ??= check;
            return;
        }

        _stopAfterCheck = false;
        if (Storage is not null || IsResting)
            return;
        _failure = null;
        _goal = null;
        if (_torrent.IsAsleep && check == DiskCheck.Auto)
        {
            IsResting = true;
            Want(QueueKind.Seed, now);
        }
        else if (_torrent.IsAsleep)
        {
            _startAfterStop = check;
            SetState(TorrentState.Checking, null);
            _torrent.Slumber.Wake();
        }
        else
        {
            OpenStorage(check, now);
        }
    }

    private void OpenStorage(DiskCheck check, MonoTime now)
    {
        CheckProgress = 0;
        Metainfo metainfo = _torrent.Metainfo;
        Storage = new TorrentStorage(
            _session.Storage,
            new StorageLocation(_torrent.Id, _torrent.Spec.Directory, metainfo.Layout, metainfo.PieceHashes)
            {
                Wanted = _torrent.Selection.WantedFiles,
                PartFile = StorageLocation.PartFileOf(metainfo.Hashes),
            },
            metainfo.Hashes,
            new Sha1PieceVerifier(metainfo.PieceHashes),
            new StorageReports(_torrent, _session));
        Show();
        var policy = new StartPolicy(check, _torrent.Spec.FullAllocation, _torrent.Spec.Overwrite || _isOurs, _torrent.Spec.OnlyWhole);
        _hasCompleted |= _resume is { IsWhole: true };
        Storage.Start(_resume, _torrent.Spec.BootId, policy, now);
        CountForRecord(now);
    }

    private void Want(QueueKind kind, MonoTime now)
    {
        bool isSame = Seat.Wants == kind;
        _session.Queue.Want(Seat, kind, now);
        if (isSame || Seat.IsAdmitted)
            return;
        CloseSwarm(now);
        Show();
    }

    private void OpenSwarm(MonoTime now)
    {
        if (!IsResting || _isReady)
        {
            IsOpen = true;
            _torrent.Requester.IsHeld = _trouble is not null;
            _torrent.Uploader.Opened();
            _torrent.InitialSeeding.Opened();
            _torrent.Connector.Open(now);
            if (!_hasFirstPeers)
            {
                _hasFirstPeers = true;
                _torrent.AddPeers(_torrent.Spec.Peers, PeerSources.User, now);
            }
        }

        _torrent.Trackers.Start(now);
    }

    private void Moved(MonoTime now)
    {
        Pace.Moved(now);
        Goals.Moved(now);
        _count.SetNoLaterThan(now + CountInterval);
        _session.Touched.Add(_torrent);
    }

    /// <inheritdoc/>
    void IQueueMember.Moved() => _session.Touched.Add(_torrent);

    private void SaveCounts(MonoTime now)
    {
        CountForRecord(now);
        Storage?.Touch(now);
    }

    /// <summary>What a run is doing follows from how far it has come and whether the queue lets it.</summary>
    private void Show()
    {
        if (_isStopping)
            return;
        if (_trouble is not null)
            SetState(TorrentState.Error, _trouble);
        else if (Seat.Wants != QueueKind.None && !Seat.IsAdmitted)
            SetState(TorrentState.Queued, _session.Queue.WhyWaiting(Seat));
        else if (Seat.Wants is QueueKind.None or QueueKind.Check)
            SetState(TorrentState.Checking, null);
        else
            SetState(Seat.Wants == QueueKind.Seed ? TorrentState.Seeding : TorrentState.Downloading, null);
    }

    private void SetState(TorrentState state, string? reason)
    {
        if (state == State && reason == Reason)
            return;
        State = state;
        Reason = reason;
        _session.Touched.Add(_torrent);
        _session.Effects.Publish(new TorrentStateNotice(_torrent.Id, state, reason));
    }
}
