using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;

namespace Freshet.Sessions;

/// <summary>
/// Makes the snapshots that everyone outside reads: on the loop's thread, no more often than the interval says and than one part in twenty of that thread's
/// time allows, at once after a change of state. Only torrents in which something moves are looked at, and what did not change is shared with the snapshot before
/// (<see cref="StatusTree"/>): a snapshot costs what has happened, not what there is. Where nothing moves at all, nothing is due.
/// </summary>
internal sealed class SnapshotPublisher
{
    /// <summary>Of the loop's time, snapshots may take one part in this many.</summary>
    private const int CostDivisor = 20;

    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly Func<MonoTime> _clock;
    private readonly DateTimeOffset _started;
    private readonly int? _listenPort;
    private readonly List<TorrentId> _touched = [];

    // Those that are looked at for the next snapshot.
    private readonly HashSet<TorrentId> _lively = [];

    // Those whose trouble with a disk passes by itself.
    private readonly HashSet<TorrentId> _retrying = [];

    // What the snapshot that is being made changes in the one before.
    private readonly List<TorrentStatus> _changed = [];
    private readonly List<TorrentId> _removed = [];
    private StatusTree _statuses = StatusTree.Empty;
    private SessionSnapshot _current;
    private MonoTime _next;
    private TimeSpan _lastCost;
    private bool _isAwaited;
    private long _downloadRate;
    private long _uploadRate;
    private int _peers;

    public SnapshotPublisher(TimeSpan interval, TimeProvider time, Func<MonoTime> clock, int? listenPort)
    {
        _interval = interval;
        _time = time;
        _clock = clock;
        _listenPort = listenPort;
        DateTimeOffset now = time.GetUtcNow();
        _started = now - (clock() - MonoTime.Zero);
        _current = new SessionSnapshot { Sequence = 1, Time = now, Torrents = StatusTree.Empty, ListenPort = listenPort };
    }

    /// <summary>Told of each new snapshot and of what has changed or gone in it, on the loop's thread; the lists are meant only during the call.</summary>
    public Action<SessionSnapshot, IReadOnlyList<TorrentStatus>, IReadOnlyList<TorrentId>>? Published { get; set; }

    /// <summary>The latest; from any thread.</summary>
    public SessionSnapshot Current => Volatile.Read(ref _current);

    /// <summary>When the next is due, as long as anything moves.</summary>
    public MonoTime NextDeadline(SessionEngine engine) => _isAwaited || _lively.Count > 0 || engine.HasTouched ? _next : MonoTime.Never;

    /// <summary>The next may come at once: something changed that others wait for.</summary>
    public void Hurry()
    {
        _next = MonoTime.Zero;
        _isAwaited = true;
    }

    /// <summary>The engine has forgotten a torrent.</summary>
    public void Removed(TorrentId id)
    {
        _retrying.Remove(id);
        if (_statuses.Find(id) is { } status)
        {
            Count(status, -1);
            _removed.Add(id);
        }

        Hurry();
    }

    /// <summary>Whether trouble of a disk passes by itself: the engine says so once, the status each time.</summary>
    public void NoteDisk(DiskNotice notice)
    {
        if (notice.WillRetry)
            _retrying.Add(notice.Torrent);
        else
            _retrying.Remove(notice.Torrent);
    }

    /// <summary>Publishes, if it is time.</summary>
    public void Advance(SessionEngine engine, MonoTime now)
    {
        if (now < _next || NextDeadline(engine).IsNever)
            return;
        _isAwaited = false;
        SessionSnapshot snapshot = Take(engine, now);
        FreshetMetrics.Peers.Add(snapshot.Peers - _current.Peers);
        Volatile.Write(ref _current, snapshot);
        Published?.Invoke(snapshot, _changed, _removed);
        _changed.Clear();
        _removed.Clear();
        TimeSpan cost = _clock() - now;

        // The lesser of two: a collection or a first call is no reason to wait.
        _next = now + TimeSpan.FromTicks(Math.Max(_interval.Ticks, Math.Min(cost.Ticks, _lastCost.Ticks) * CostDivisor));
        _lastCost = cost;
    }

    private SessionSnapshot Take(SessionEngine engine, MonoTime now)
    {
        engine.TakeTouched(_touched);
        _touched.AddRange(_lively.Except(_touched));
        _lively.Clear();
        foreach (TorrentId id in _touched)
        {
            if (Look(id, engine, now))
                _lively.Add(id);
        }

        _touched.Clear();
        return Assemble(DhtReport.Of(engine.GetDht(now)));
    }

    /// <summary>Brings a status up to date; false where nothing moves in the torrent, so that it need not be looked at again before it is touched.</summary>
    private bool Look(TorrentId id, SessionEngine engine, MonoTime now)
    {
        if (engine.GetStatus(id, now) is not { } torrent)
            return false;
        TorrentStatus? before = _statuses.Find(id);
        TorrentStatus status = Translate(torrent);
        if (status != before)
        {
            // The first sight of a torrent is what earlier runs moved.
            if (before is not null)
            {
                FreshetMetrics.Received.Add(status.Downloaded - before.Downloaded);
                FreshetMetrics.Sent.Add(status.Uploaded - before.Uploaded);
                Count(before, -1);
            }

            Count(status, +1);
            _changed.Add(status);
        }

        // What passes without anybody touching the torrent.
        return torrent.DownloadRate > 0 || torrent.UploadRate > 0 || torrent.State == TorrentState.Checking;
    }

    private void Count(TorrentStatus status, int sign)
    {
        _downloadRate += sign * status.DownloadRate;
        _uploadRate += sign * status.UploadRate;
        _peers += sign * status.Peers;
    }

    private SessionSnapshot Assemble(DhtStatus? dht)
    {
        _statuses = _statuses.With(_changed, _removed);
        return new SessionSnapshot
        {
            Sequence = _current.Sequence + 1,
            Time = _time.GetUtcNow(),
            Torrents = _statuses,
            DownloadRate = _downloadRate,
            UploadRate = _uploadRate,
            Peers = _peers,
            ListenPort = _listenPort,
            Dht = dht,
        };
    }

    private TorrentStatus Translate(TorrentSnapshot torrent) => new()
    {
        Id = torrent.Id,
        Hashes = torrent.Hashes,
        Name = torrent.Name,
        Directory = torrent.Directory,
        State = torrent.State,
        Reason = PlainText.OrNull(torrent.Reason),
        WillRetry = torrent.State == TorrentState.Error && _retrying.Contains(torrent.Id),
        QueuePosition = torrent.QueuePosition,
        IsForced = torrent.IsForced,
        TotalBytes = torrent.TotalBytes,
        WantedBytes = torrent.WantedBytes,
        HaveBytes = torrent.WantedDoneBytes,
        PieceCount = torrent.PieceCount,
        PiecesWanted = torrent.PiecesWanted,
        PiecesHave = torrent.PiecesDone,
        IsComplete = torrent.IsFinished,
        HasMetadata = torrent.HasMetadata,
        MetadataProgress = torrent.MetadataProgress,
        CheckProgress = torrent.CheckProgress,
        DownloadRate = (long)torrent.DownloadRate,
        UploadRate = (long)torrent.UploadRate,
        Downloaded = torrent.Downloaded,
        DownloadedThisRun = torrent.DownloadedThisRun,
        TakenThisRun = torrent.TakenThisRun,
        Uploaded = torrent.Uploaded,
        UploadedThisRun = torrent.UploadedThisRun,
        SeededBefore = torrent.SeededBefore,
        SeedingSince = torrent.SeedingSince.IsNever ? null : _started + (torrent.SeedingSince - MonoTime.Zero),
        Wasted = torrent.Wasted,
        HashFailures = torrent.HashFailures,
        Eta = torrent.Eta,
        Peers = torrent.Peers,
        Seeders = torrent.Seeders,
        KnownPeers = torrent.KnownPeers,
    };
}
