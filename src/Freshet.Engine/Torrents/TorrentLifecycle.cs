using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// When a torrent runs. One run: storage looks and checks (Checking), then the swarm is opened (Downloading, Seeding), then all is closed: connections,
/// trackers for at most 3 s, files. Another run starts only when the last one is wholly over.
/// </summary>
internal sealed class TorrentLifecycle
{
    /// <summary>Pieces that may vanish in a run before it ends: a few bad sectors are mended by writing them anew, a lost drive is not.</summary>
    private const int MaxVanished = 16;

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private ResumeRecord? _resume;
    private bool _hasFirstPeers;
    private bool _isStopping;
    private bool _isAnnouncing;
    private bool _removeAfterStop;
    private bool _stopAfterCheck;
    private DiskCheck? _startAfterStop;
    private string? _failure;
    private bool _wasComplete;
    private int _vanished;

    // Whether the files are known to be this torrent's: a check that finds nothing right in them is then damage, not somebody else's data.
    private bool _isOurs;

    public TorrentLifecycle(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        _resume = torrent.Spec.Resume;
        _isOurs = _resume is not null;
        torrent.Figures.DownloadedBefore = _resume?.Downloaded ?? 0;
        torrent.Figures.UploadedBefore = _resume?.Uploaded ?? 0;
    }

    /// <summary>Called when a torrent that was to be removed is wholly stopped.</summary>
    public Action<MonoTime>? Removed { get; set; }

    public TorrentState State { get; private set; } = TorrentState.Stopped;

    public string? Reason { get; private set; }

    /// <summary>The storage of the present run.</summary>
    public TorrentStorage? Storage { get; private set; }

    /// <summary>Whether the swarm is open: pieces may come and go.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether nothing is open or under way.</summary>
    public bool IsQuiet => Storage is null && !_isStopping && _startAfterStop is null;

    /// <summary>From 0 to 1 while pieces are checked.</summary>
    public double CheckProgress { get; set; }

    /// <summary>What was received before this run, of all that <see cref="TorrentFigures"/> counts.</summary>
    public long DownloadedAtStart { get; private set; }

    /// <summary>What was sent before this run.</summary>
    public long UploadedAtStart { get; private set; }

    /// <summary>What was received in pieces with a wrong hash before this run.</summary>
    public long CorruptAtStart { get; private set; }

    /// <summary>What was received more than once before this run.</summary>
    public long RedundantAtStart { get; private set; }

    /// <summary>Begins a run, or another one when the present stop is over.</summary>
    public void Start(MonoTime now) => Start(_torrent.Spec.Check, now);

    /// <summary>Ends the run.</summary>
    public void Stop(MonoTime now)
    {
        _startAfterStop = null;
        _stopAfterCheck = false;
        _failure = null;
        BeginStop(now);
    }

    /// <summary>Ends the run; the torrent is forgotten after it.</summary>
    public void Remove(MonoTime now)
    {
        _removeAfterStop = true;
        Stop(now);
    }

    /// <summary>Hashes everything, then goes on as before.</summary>
    public void Recheck(MonoTime now)
    {
        bool wasStopped = IsQuiet && State == TorrentState.Stopped;
        _resume = null;
        if (Storage is not null || _isStopping)
        {
            _startAfterStop = DiskCheck.Full;
            CheckProgress = 0;
            // Told at once: whoever waits for the check must not take what was known before for its result.
            SetState(TorrentState.Checking, null);
            BeginStop(now);
            return;
        }

        Start(DiskCheck.Full, now);
        _stopAfterCheck = wasStopped;
    }

    /// <summary>Storage knows what is there: open the swarm.</summary>
    public void Opened(MonoTime now)
    {
        if (_stopAfterCheck)
        {
            _stopAfterCheck = false;
            BeginStop(now);
            return;
        }

        IsOpen = true;
        _isOurs = true;
        _vanished = 0;
        _torrent.Requester.IsHeld = false;
        _torrent.Uploader.Opened();
        DownloadedAtStart = _torrent.Figures.Downloaded;
        UploadedAtStart = _torrent.Figures.Uploaded;
        CorruptAtStart = _torrent.Figures.Corrupt;
        RedundantAtStart = _torrent.Figures.Redundant;
        _wasComplete = _torrent.Wanted.DonePieces.IsFull;
        SetState(_torrent.Picker.IsComplete ? TorrentState.Seeding : TorrentState.Downloading, null);
        _torrent.Connector.Open(now);
        if (!_hasFirstPeers)
        {
            _hasFirstPeers = true;
            _torrent.AddPeers(_torrent.Spec.Peers, PeerSources.User, now);
        }

        _isAnnouncing = true;
        _torrent.Announcer.Start(now);
    }

    /// <summary>The last wanted piece came, or other pieces are wanted.</summary>
    public void WantedChanged(MonoTime now)
    {
        if (!IsOpen)
            return;
        bool isComplete = _torrent.Picker.IsComplete;
        bool wasSeeding = State == TorrentState.Seeding;
        if (State is TorrentState.Downloading or TorrentState.Seeding)
            SetState(isComplete ? TorrentState.Seeding : TorrentState.Downloading, null);
        if (isComplete)
            _torrent.Messages.WantNothing(now);
        else if (wasSeeding)
            _torrent.Messages.WantAgain();
        if (!_wasComplete && _torrent.Wanted.DonePieces.IsFull)
        {
            _wasComplete = true;
            _torrent.Announcer.Completed(now);
        }
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
    public void CountForRecord()
    {
        if (Storage is null)
            return;
        Storage.Downloaded = _torrent.Figures.DownloadedBefore + _torrent.Figures.Downloaded;
        Storage.Uploaded = _torrent.Figures.UploadedBefore + _torrent.Figures.Uploaded;
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

        _torrent.Requester.IsHeld = true;
        SetState(TorrentState.Error, $"{words} (tried again until it works)");
    }

    /// <summary>The disk works again.</summary>
    public void Recovered()
    {
        if (_isStopping || State != TorrentState.Error)
            return;
        _torrent.Requester.IsHeld = false;
        _torrent.Requester.WakeAll();
        SetState(!IsOpen ? TorrentState.Checking : _torrent.Picker.IsComplete ? TorrentState.Seeding : TorrentState.Downloading, null);
    }

    /// <summary>Ends the run because of trouble that needs a person.</summary>
    public void Fail(string reason, MonoTime now)
    {
        _failure = reason;
        _stopAfterCheck = false;
        BeginStop(now);
    }

    public void StorageClosed(MonoTime now)
    {
        _resume = Storage?.LastRecord is { } last ? last with { BootId = _torrent.Spec.BootId } : _resume;
        Storage = null;
        FinishStop(now);
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
        if (Storage is not null)
            return;
        _failure = null;
        CheckProgress = 0;
        SetState(TorrentState.Checking, null);
        Metainfo metainfo = _torrent.Spec.Metainfo;
        Storage = new TorrentStorage(
            _session.Storage,
            new StorageLocation(_torrent.Id, _torrent.Spec.Directory, metainfo.Layout, metainfo.PieceHashes),
            metainfo.Hashes,
            new Sha1PieceVerifier(metainfo.PieceHashes),
            _torrent);
        var policy = new StartPolicy(check, _torrent.Spec.FullAllocation, _torrent.Spec.Overwrite || _isOurs);
        Storage.Start(_resume, _torrent.Spec.BootId, policy, now);
        CountForRecord();
    }

    private void BeginStop(MonoTime now)
    {
        if (_isStopping)
            return;
        _isStopping = true;
        IsOpen = false;
        _torrent.Connector.CloseAll(DisconnectReason.TorrentStopped, now);
        if (_isAnnouncing)
            _torrent.Announcer.Stop(Announced, now);
        CountForRecord();
        Storage?.Stop(now);
        FinishStop(now);
    }

    private void Announced(MonoTime now)
    {
        _isAnnouncing = false;
        FinishStop(now);
    }

    private void FinishStop(MonoTime now)
    {
        if (!_isStopping || _isAnnouncing || Storage is not null)
            return;
        _isStopping = false;
        if (_removeAfterStop)
        {
            SetState(TorrentState.Stopped, null);
            Removed?.Invoke(now);
            return;
        }

        if (_startAfterStop is { } check)
        {
            _startAfterStop = null;
            Start(check, now);
            return;
        }

        SetState(_failure is null ? TorrentState.Stopped : TorrentState.Error, _failure);
    }

    private void SetState(TorrentState state, string? reason)
    {
        if (state == State && reason == Reason)
            return;
        State = state;
        Reason = reason;
        _session.Effects.Publish(new TorrentStateNotice(_torrent.Id, state, reason));
    }
}
