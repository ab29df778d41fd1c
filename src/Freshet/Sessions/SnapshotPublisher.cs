using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;

namespace Freshet.Sessions;

/// <summary>
/// Makes the snapshots that everyone outside reads: on the loop's thread, no more often than the interval says and than one part in twenty of that thread's
/// time allows, at once after a change of state. A torrent that did not change keeps its status object, so that changes are found by reference.
/// </summary>
internal sealed class SnapshotPublisher
{
    /// <summary>Of the loop's time, snapshots may take one part in this many.</summary>
    private const int CostDivisor = 20;

    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly Func<MonoTime> _clock;
    private readonly int? _listenPort;
    private readonly Dictionary<TorrentId, TorrentStatus> _last = [];
    private readonly Dictionary<TorrentId, string> _directories = [];
    private readonly HashSet<TorrentId> _willRetry = [];
    private SessionSnapshot _current;
    private MonoTime _next;
    private TimeSpan _lastCost;
    private readonly Dictionary<TorrentId, (long Received, long Sent)> _counted = [];
    private int _peers;

    public SnapshotPublisher(TimeSpan interval, TimeProvider time, Func<MonoTime> clock, int? listenPort)
    {
        _interval = interval;
        _time = time;
        _clock = clock;
        _listenPort = listenPort;
        _current = new SessionSnapshot { Sequence = 1, Time = time.GetUtcNow(), Torrents = [], ListenPort = listenPort };
    }

    /// <summary>Told of each new snapshot, on the loop's thread.</summary>
    public Action<SessionSnapshot>? Published { get; set; }

    /// <summary>The latest; from any thread.</summary>
    public SessionSnapshot Current => Volatile.Read(ref _current);

    /// <summary>When the next is due, as long as anything moves.</summary>
    public MonoTime NextDeadline => _last.Values.Any(status => status.State != TorrentState.Stopped) ? _next : MonoTime.Never;

    /// <summary>The next may come at once: something changed that others wait for.</summary>
    public void Hurry() => _next = MonoTime.Zero;

    public void Added(TorrentId id, string directory)
    {
        _directories[id] = directory;
        Hurry();
    }

    public void Removed(TorrentId id)
    {
        _directories.Remove(id);
        _counted.Remove(id);
        _willRetry.Remove(id);
        Hurry();
    }

    /// <summary>Whether trouble of a disk passes by itself: the engine says so once, the status each time.</summary>
    public void NoteDisk(DiskNotice notice)
    {
        if (notice.WillRetry)
            _willRetry.Add(notice.Torrent);
        else
            _willRetry.Remove(notice.Torrent);
    }

    /// <summary>Publishes, if it is time.</summary>
    public void Advance(SessionEngine engine, MonoTime now)
    {
        if (now < _next)
            return;
        SessionSnapshot snapshot = Take(engine, now);
        Volatile.Write(ref _current, snapshot);
        Count(snapshot);
        Published?.Invoke(snapshot);
        TimeSpan cost = _clock() - now;

        // The lesser of two: a collection or a first call is no reason to wait.
        _next = now + TimeSpan.FromTicks(Math.Max(_interval.Ticks, Math.Min(cost.Ticks, _lastCost.Ticks) * CostDivisor));
        _lastCost = cost;
    }

    private SessionSnapshot Take(SessionEngine engine, MonoTime now)
    {
        IReadOnlyList<TorrentId> ids = engine.Torrents;
        var statuses = new List<TorrentStatus>(ids.Count);
        foreach (TorrentId id in ids)
        {
            if (engine.GetStatus(id, now) is not { } torrent || !_directories.TryGetValue(id, out string? directory))
                continue;
            TorrentStatus status = Translate(torrent, directory);
            if (_last.TryGetValue(id, out TorrentStatus? before) && before == status)
                status = before;
            else
                _last[id] = status;
            statuses.Add(status);
        }

        if (_last.Count > statuses.Count)
        {
            foreach (TorrentId gone in _last.Keys.Except(statuses.Select(status => status.Id)).ToArray())
                _last.Remove(gone);
        }

        statuses.Sort((a, b) => a.Id.Value.CompareTo(b.Id.Value));
        return new SessionSnapshot
        {
            Sequence = _current.Sequence + 1,
            Time = _time.GetUtcNow(),
            Torrents = statuses,
            DownloadRate = statuses.Sum(status => status.DownloadRate),
            UploadRate = statuses.Sum(status => status.UploadRate),
            Peers = statuses.Sum(status => status.Peers),
            ListenPort = _listenPort,
        };
    }

    private TorrentStatus Translate(TorrentSnapshot torrent, string directory) => new()
    {
        Id = torrent.Id,
        Hashes = torrent.Hashes,
        Name = torrent.Name,
        Directory = directory,
        State = torrent.State,
        Reason = PlainText.OrNull(torrent.Reason),
        WillRetry = torrent.State == TorrentState.Error && _willRetry.Contains(torrent.Id),
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
        Wasted = torrent.Wasted,
        HashFailures = torrent.HashFailures,
        Eta = torrent.Eta,
        Peers = torrent.Peers,
        Seeders = torrent.Seeders,
        KnownPeers = torrent.KnownPeers,
    };

    private void Count(SessionSnapshot snapshot)
    {
        foreach (TorrentStatus status in snapshot.Torrents)
        {
            // The first sight of a torrent is what earlier runs moved.
            if (_counted.TryGetValue(status.Id, out (long Received, long Sent) before))
            {
                FreshetMetrics.Received.Add(status.Downloaded - before.Received);
                FreshetMetrics.Sent.Add(status.Uploaded - before.Sent);
            }

            _counted[status.Id] = (status.Downloaded, status.Uploaded);
        }

        FreshetMetrics.Peers.Add(snapshot.Peers - _peers);
        _peers = snapshot.Peers;
    }
}
