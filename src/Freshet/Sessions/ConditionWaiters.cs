using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>Who waits for what of which torrent. A snapshot is looked at for those whose torrents have changed in it, however many wait for others.</summary>
internal sealed class ConditionWaiters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TorrentId, List<Waiter>> _byTorrent = [];

    // Those who have seen no snapshot that counts for them: the first one does, whether it says anything new or not.
    private List<Waiter> _fresh = [];
    private Exception? _ended;

    /// <summary>Waits until the condition holds in the current snapshot or a later one.</summary>
    /// <param name="torrent">Whose status is looked at.</param>
    /// <param name="condition">What is waited for.</param>
    /// <param name="after">A snapshot with this sequence number or a lower one is from before the last command, and says nothing of what came of it.</param>
    /// <param name="current">The current snapshot.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<TorrentStatus> WaitAsync(
        TorrentId torrent, TorrentCondition condition, long after, Func<SessionSnapshot> current, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(torrent, condition, after);
        lock (_gate)
        {
            // Under the lock: whatever is published after this look finds the waiter in the list.
            if (waiter.Settles(current()))
                return waiter.Task;
            if (_ended is { } ended)
                waiter.Fail(ended);
            else
                _fresh.Add(waiter);
        }

        return cancellationToken.CanBeCanceled ? WaitCancellableAsync(waiter, cancellationToken) : waiter.Task;
    }

    /// <summary>Tells those whom a new snapshot concerns.</summary>
    public void Look(SessionSnapshot snapshot, IReadOnlyList<TorrentStatus> changed, IReadOnlyList<TorrentId> removed)
    {
        lock (_gate)
        {
            if (_fresh.Count == 0 && _byTorrent.Count == 0)
                return;
            List<Waiter> fresh = _fresh;
            _fresh = [];
            foreach (Waiter waiter in fresh)
            {
                if (!waiter.Settles(snapshot))
                    (waiter.HasSeen(snapshot) ? Of(waiter.Torrent) : _fresh).Add(waiter);
            }

            foreach (TorrentStatus status in changed)
                Look(status.Id, snapshot);
            foreach (TorrentId id in removed)
                Look(id, snapshot);
        }
    }

    /// <summary>The session is over: nobody waits for anything any more.</summary>
    public void End(Exception why)
    {
        lock (_gate)
        {
            _ended = why;
            foreach (Waiter waiter in _byTorrent.Values.SelectMany(static waiters => waiters).Concat(_fresh))
                waiter.Fail(why);
            _byTorrent.Clear();
            _fresh.Clear();
        }
    }

    private void Look(TorrentId torrent, SessionSnapshot snapshot)
    {
        if (!_byTorrent.TryGetValue(torrent, out List<Waiter>? waiters))
            return;
        waiters.RemoveAll(waiter => waiter.Settles(snapshot));
        if (waiters.Count == 0)
            _byTorrent.Remove(torrent);
    }

    private List<Waiter> Of(TorrentId torrent)
    {
        if (!_byTorrent.TryGetValue(torrent, out List<Waiter>? waiters))
            _byTorrent.Add(torrent, waiters = []);
        return waiters;
    }

    private async Task<TorrentStatus> WaitCancellableAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (!_fresh.Remove(waiter) && _byTorrent.TryGetValue(waiter.Torrent, out List<Waiter>? waiters) && waiters.Remove(waiter) && waiters.Count == 0)
                    _byTorrent.Remove(waiter.Torrent);
            }
        }
    }

    private sealed class Waiter(TorrentId torrent, TorrentCondition condition, long after)
    {
        private readonly TaskCompletionSource<TorrentStatus> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TorrentStatus> Task => _source.Task;

        public TorrentId Torrent => torrent;

        /// <summary>Whether a snapshot counts for it.</summary>
        public bool HasSeen(SessionSnapshot snapshot) => snapshot.Sequence > after;

        public void Fail(Exception why)
        {
            _source.TrySetException(why);

            // Whoever gave up waiting does not care how it ended.
            _ = _source.Task.Exception;
        }

        public bool Settles(SessionSnapshot snapshot)
        {
            if (!HasSeen(snapshot))
                return false;
            TorrentStatus? status = snapshot.Find(torrent);
            if (status is null)
                Fail(new FreshetException(FreshetError.Conflict, "The torrent was removed from the session."));
            else if (Holds(status))
                _source.TrySetResult(status);
            else if (status is { State: TorrentState.Error, WillRetry: false })
                Fail(new FreshetException(FreshetError.Storage, $"{status.Name}: {status.Reason ?? "it has stopped with an error"}"));
            else
                return false;
            return true;
        }

        private bool Holds(TorrentStatus status) => condition switch
        {
            TorrentCondition.MetadataKnown => status.HasMetadata,
            TorrentCondition.Checked => status.State is TorrentState.Downloading or TorrentState.Seeding,
            TorrentCondition.Complete => status is { IsComplete: true, State: TorrentState.Seeding or TorrentState.Stopped or TorrentState.Queued },
            _ => status.State == TorrentState.Stopped,
        };
    }
}
