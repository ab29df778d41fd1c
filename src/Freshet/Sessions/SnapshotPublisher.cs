using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;

namespace Freshet.Sessions;

/// <summary>
/// Makes the snapshots that everyone outside reads: on the loop's thread, no more often than the interval says and than one part in twenty of that thread's
/// time allows, at once after a change of state. Only torrents in which something moves are looked at; the others keep their status object, so that changes are
/// found by reference. Where nothing moves at all, nothing is due.
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
    private readonly Dictionary<TorrentId, Entry> _entries = [];
    private readonly List<TorrentId> _touched = [];
    private List<Entry> _lively = [];
    private List<Entry> _stillLively = [];

    // By id: torrents come in that order.
    private readonly List<Entry> _all = [];
    private SessionSnapshot _current;
    private MonoTime _next;
    private TimeSpan _lastCost;
    private bool _isAwaited;
    private int _peers;

    public SnapshotPublisher(TimeSpan interval, TimeProvider time, Func<MonoTime> clock, int? listenPort)
    {
        _interval = interval;
        _time = time;
        _clock = clock;
        _listenPort = listenPort;
        DateTimeOffset now = time.GetUtcNow();
        _started = now - (clock() - MonoTime.Zero);
        _current = new SessionSnapshot { Sequence = 1, Time = now, Torrents = [], ListenPort = listenPort };
    }

    /// <summary>Told of each new snapshot, on the loop's thread.</summary>
    public Action<SessionSnapshot>? Published { get; set; }

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

    public void Added(TorrentId id, string directory)
    {
        var entry = new Entry(id, directory);
        _entries.Add(id, entry);
        _all.Add(entry);
        Hurry();
    }

    public void Removed(TorrentId id)
    {
        if (_entries.Remove(id, out Entry? entry))
            _all.Remove(entry);
        Hurry();
    }

    /// <summary>Whether trouble of a disk passes by itself: the engine says so once, the status each time.</summary>
    public void NoteDisk(DiskNotice notice)
    {
        if (_entries.TryGetValue(notice.Torrent, out Entry? entry))
            entry.WillRetry = notice.WillRetry;
    }

    /// <summary>Publishes, if it is time.</summary>
    public void Advance(SessionEngine engine, MonoTime now)
    {
        if (now < _next || NextDeadline(engine).IsNever)
            return;
        _isAwaited = false;
        SessionSnapshot snapshot = Take(engine, now);
        Volatile.Write(ref _current, snapshot);
        FreshetMetrics.Peers.Add(snapshot.Peers - _peers);
        _peers = snapshot.Peers;
        Published?.Invoke(snapshot);
        TimeSpan cost = _clock() - now;

        // The lesser of two: a collection or a first call is no reason to wait.
        _next = now + TimeSpan.FromTicks(Math.Max(_interval.Ticks, Math.Min(cost.Ticks, _lastCost.Ticks) * CostDivisor));
        _lastCost = cost;
    }

    private SessionSnapshot Take(SessionEngine engine, MonoTime now)
    {
        engine.TakeTouched(_touched);
        foreach (TorrentId id in _touched)
        {
            if (_entries.TryGetValue(id, out Entry? entry) && !entry.IsLively)
                Keep(_lively, entry);
        }

        _touched.Clear();
        _stillLively.Clear();
        foreach (Entry entry in _lively)
        {
            entry.IsLively = false;
            if (Look(entry, engine, now))
                Keep(_stillLively, entry);
        }

        (_lively, _stillLively) = (_stillLively, _lively);
        return Assemble();
    }

    private static void Keep(List<Entry> list, Entry entry)
    {
        entry.IsLively = true;
        list.Add(entry);
    }

    /// <summary>Brings a status up to date; false where nothing moves in the torrent, so that it need not be looked at again before it is touched.</summary>
    private bool Look(Entry entry, SessionEngine engine, MonoTime now)
    {
        if (engine.GetStatus(entry.Id, now) is not { } torrent)
            return false;
        TorrentStatus status = Translate(torrent, entry);
        if (status != entry.Status)
        {
            // The first sight of a torrent is what earlier runs moved.
            if (entry.Status is { } before)
            {
                FreshetMetrics.Received.Add(status.Downloaded - before.Downloaded);
                FreshetMetrics.Sent.Add(status.Uploaded - before.Uploaded);
            }

            entry.Status = status;
        }

        return torrent.Peers + torrent.Connecting > 0 || torrent.DownloadRate > 0 || torrent.UploadRate > 0 || torrent.State == TorrentState.Checking;
    }

    private SessionSnapshot Assemble()
    {
        var statuses = new TorrentStatus[_all.Count];
        int count = 0;
        long download = 0;
        long upload = 0;
        int peers = 0;
        foreach (Entry entry in _all)
        {
            if (entry.Status is not { } status)
                continue;
            statuses[count++] = status;
            download += status.DownloadRate;
            upload += status.UploadRate;
            peers += status.Peers;
        }

        return new SessionSnapshot
        {
            Sequence = _current.Sequence + 1,
            Time = _time.GetUtcNow(),
            Torrents = count == statuses.Length ? statuses : statuses[..count],
            DownloadRate = download,
            UploadRate = upload,
            Peers = peers,
            ListenPort = _listenPort,
        };
    }

    private TorrentStatus Translate(TorrentSnapshot torrent, Entry entry) => new()
    {
        Id = torrent.Id,
        Hashes = torrent.Hashes,
        Name = torrent.Name,
        Directory = entry.Directory,
        State = torrent.State,
        Reason = PlainText.OrNull(torrent.Reason),
        WillRetry = torrent.State == TorrentState.Error && entry.WillRetry,
        QueuePosition = torrent.QueuePosition,
        IsForced = torrent.IsForced,
        TotalBytes = torrent.TotalBytes,
        WantedBytes = torrent.WantedBytes,
        HaveBytes = torrent.WantedDoneBytes,
        PieceCount = torrent.PieceCount,
        PiecesWanted = torrent.PiecesWanted,
        PiecesHave = torrent.PiecesDone,
        IsComplete = torrent.IsFinished,
        CheckProgress = torrent.CheckProgress,
        DownloadRate = (long)torrent.DownloadRate,
        UploadRate = (long)torrent.UploadRate,
        Downloaded = torrent.Downloaded,
        DownloadedThisRun = torrent.DownloadedThisRun,
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

    /// <summary>What is known of a torrent from one snapshot to the next.</summary>
    private sealed class Entry(TorrentId id, string directory)
    {
        public TorrentId Id => id;

        public string Directory => directory;

        public TorrentStatus? Status { get; set; }

        public bool WillRetry { get; set; }

        /// <summary>Whether it is looked at for the next snapshot.</summary>
        public bool IsLively { get; set; }
    }
}
