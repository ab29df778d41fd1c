using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// What the storages of a session's torrents share: the memory budget and who is spilled when it runs short, the stock of jobs, and the tickets of
/// saved records. Hand it every finished <see cref="DiskJob"/>, every saved ticket, and the time after each batch of events.
/// </summary>
public sealed class SessionStorage
{
    private readonly List<TorrentStorage> _torrents = [];
    private readonly Stack<DiskJob> _jobs = [];
    private readonly Queue<(long Ticket, ResumeBook Book)> _saving = new();
    private readonly List<PieceBuffer> _candidates = [];
    private long _lastTicket;
    private bool _saveFailed;
    private MonoTime _nextScan;
    private MonoTime _wakeAt = MonoTime.Never;

    /// <summary>Makes the storage of a session without torrents.</summary>
    /// <param name="pool">The blocks that payload waits in.</param>
    /// <param name="effects">Where jobs and records go.</param>
    /// <param name="settings">The policy's numbers.</param>
    public SessionStorage(BlockPool pool, IEngineEffects effects, StorageSettings? settings = null)
    {
        Pool = pool;
        Effects = effects;
        Settings = settings ?? StorageSettings.Default;
        Memory = new MemoryBudget(pool, Settings);
    }

    /// <summary>How much is in memory, and whether peers should be asked for more.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>When <see cref="Advance"/> wants to be called, at the latest.</summary>
    public MonoTime NextDeadline => Memory.IdleBlocks > 0 ? MonoTime.Min(_wakeAt, _nextScan) : _wakeAt;

    /// <summary>
    /// When records may be taken again: those of all torrents at the same moments, at least a second apart, so that one transaction takes them all.
    /// </summary>
    internal MonoTime NextBeat { get; private set; }

    internal BlockPool Pool { get; }

    internal IEngineEffects Effects { get; }

    internal StorageSettings Settings { get; }

    /// <summary>A job that some torrent of this session handed out is done.</summary>
    public void Handle(DiskJob job, MonoTime now)
    {
        var handler = (IDiskJobHandler)job.Tag!;
        TorrentStorage torrent = handler.Torrent;
        torrent.Complete(job, handler, now);
        job.Reset();
        _jobs.Push(job);
    }

    /// <summary>The state store has kept, or failed to keep, every record up to a ticket.</summary>
    public void HandleSaved(long ticket, string? error, MonoTime now)
    {
        // Said once, not once a second: downloading goes on, a restart may have to check more.
        if (error is not null && !_saveFailed)
            Effects.Publish(new StateStoreNotice(error));
        _saveFailed = error is not null;
        while (_saving.TryPeek(out (long Ticket, ResumeBook Book) saving) && saving.Ticket <= ticket)
        {
            _saving.Dequeue();
            saving.Book.Saved(error is null, now);
        }
    }

    /// <summary>Does what is due: spills, records, syncs, tries again after trouble.</summary>
    public void Advance(MonoTime now)
    {
        Memory.Advance(now);
        if (_wakeAt <= now)
        {
            _wakeAt = MonoTime.Never;
            for (int i = _torrents.Count - 1; i >= 0; i--)
            {
                TorrentStorage torrent = _torrents[i];
                torrent.Advance(now);
                WakeAt(torrent.NextDeadline);
            }
        }

        if (Memory.IdleBlocks > 0)
            Spill(now);
    }

    internal void WakeAt(MonoTime time) => _wakeAt = MonoTime.Min(_wakeAt, time);

    /// <summary>A record is being taken.</summary>
    internal void Beat(MonoTime now) => NextBeat = now + Settings.SaveInterval;

    internal void Add(TorrentStorage torrent) => _torrents.Add(torrent);

    internal void Remove(TorrentStorage torrent) => _torrents.Remove(torrent);

    internal DiskJob TakeJob(DiskJobKind kind, TorrentId torrent)
    {
        if (!_jobs.TryPop(out DiskJob? job))
            job = new DiskJob();
        job.Kind = kind;
        job.Torrent = torrent;
        return job;
    }

    internal void Save(ResumeRecord record, ResumeBook book)
    {
        long ticket = ++_lastTicket;
        _saving.Enqueue((ticket, book));
        Effects.Save(record, ticket);
    }

    private void Spill(MonoTime now)
    {
        int pressure = Memory.PressureBlocks;
        if (pressure > 0)
        {
            // Memory is short: the largest first, which frees most with the fewest writes.
            Collect(static (a, b) => Compare(b.IdleCount, a.IdleCount, a, b), default);
            pressure = SpillCandidates(pressure, now);
            if (pressure > 0)
                Shed(pressure, now);
        }

        if (now < _nextScan)
            return;
        _nextScan = now + Settings.SpillScan;
        int loss = Memory.LossBlocks;
        if (loss > 0)
        {
            // Too much would be lost at a kill: the oldest first, whose pieces seem to be slowest.
            Collect(static (a, b) => Compare(a.OldestIdle.Nanoseconds, b.OldestIdle.Nanoseconds, a, b), default);
            SpillCandidates(loss, now);
        }

        Collect(static (a, b) => Compare(a.OldestIdle.Nanoseconds, b.OldestIdle.Nanoseconds, a, b), now - Settings.SpillAge);
        SpillCandidates(int.MaxValue, now);
    }

    /// <summary>Orders by a key, then in a way that is the same in every run.</summary>
    private static int Compare(long left, long right, PieceBuffer a, PieceBuffer b)
    {
        int order = left.CompareTo(right);
        if (order == 0)
            order = a.Torrent.Location.Torrent.Value.CompareTo(b.Torrent.Location.Torrent.Value);
        return order != 0 ? order : a.Piece.CompareTo(b.Piece);
    }

    /// <summary>Collects incomplete pieces that can be spilled; with a time only those with blocks older than that.</summary>
    private void Collect(Comparison<PieceBuffer> order, MonoTime olderThan)
    {
        _candidates.Clear();
        foreach (TorrentStorage torrent in _torrents)
        {
            if (torrent.Trouble.IsActive)
                continue;
            foreach (PieceBuffer buffer in torrent.Pieces.OpenPieces)
            {
                if (buffer.MaySpill && buffer.IdleCount > 0
                    && (olderThan == default || buffer.OldestIdle < olderThan))
                {
                    _candidates.Add(buffer);
                }
            }
        }

        _candidates.Sort(order);
    }

    /// <summary>Spills candidates until enough is on its way; returns what is still to be found.</summary>
    private int SpillCandidates(int blocks, MonoTime now)
    {
        foreach (PieceBuffer buffer in _candidates)
        {
            if (blocks <= 0)
                break;
            blocks -= buffer.IdleCount;
            buffer.Torrent.Pieces.Spill(buffer, now);
        }

        _candidates.Clear();
        return blocks;
    }

    /// <summary>
    /// What a torrent with a full disk keeps waiting must not starve the others: gives up its pieces, but only where another torrent could use the memory.
    /// </summary>
    private void Shed(int blocks, MonoTime now)
    {
        bool othersNeedIt = false;
        foreach (TorrentStorage torrent in _torrents)
            othersNeedIt |= torrent.IsReady && !torrent.Trouble.IsActive;
        for (int i = _torrents.Count - 1; i >= 0 && othersNeedIt; i--)
        {
            TorrentStorage torrent = _torrents[i];
            while (blocks > 0 && torrent.Trouble.IsActive)
            {
                int freed = torrent.Pieces.Shed(now);
                if (freed == 0)
                    break;
                blocks -= freed;
            }
        }
    }
}
