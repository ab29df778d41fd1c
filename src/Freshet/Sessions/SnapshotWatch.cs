using System.Runtime.CompilerServices;
using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>Tells watchers what changes from snapshot to snapshot. A few of the latest snapshots are kept, so that a watcher can go on where it left off.</summary>
internal sealed class SnapshotWatch
{
    /// <summary>Snapshots kept: a dozen seconds. They share the statuses that did not change.</summary>
    private const int Kept = 64;

    private readonly Lock _gate = new();
    private readonly Queue<SessionSnapshot> _recent = new();
    private TaskCompletionSource _next = NewSignal();
    private bool _ended;

    /// <summary>Takes a new snapshot; on the loop's thread.</summary>
    public void Add(SessionSnapshot snapshot)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            _recent.Enqueue(snapshot);
            if (_recent.Count > Kept)
                _recent.Dequeue();
            waiting = _next;
            _next = NewSignal();
        }

        waiting.TrySetResult();
    }

    /// <summary>Ends every watch.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _next.TrySetResult();
        }
    }

    public async IAsyncEnumerable<ChangeSet> WatchAsync(
        long sinceSequence, TimeSpan minInterval, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SessionSnapshot? before = null;
        while (true)
        {
            Task next;
            SessionSnapshot? latest;
            bool ended;
            lock (_gate)
            {
                next = _next.Task;
                ended = _ended;
                latest = _recent.LastOrDefault();
                before ??= _recent.FirstOrDefault(snapshot => snapshot.Sequence == sinceSequence);
            }

            if (latest is not null && latest.Sequence > (before?.Sequence ?? sinceSequence))
            {
                ChangeSet changes = Compare(before, latest);
                before = latest;
                if (changes.IsFull || changes.Changed.Count > 0 || changes.Removed.Count > 0)
                {
                    yield return changes;
                    await Task.Delay(minInterval, time, cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }

            if (ended)
                yield break;
            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static ChangeSet Compare(SessionSnapshot? before, SessionSnapshot after)
    {
        if (before is null)
            return new ChangeSet(after.Sequence, IsFull: true, after.Torrents, []);
        var changed = new List<TorrentStatus>();
        var removed = new List<TorrentId>();
        ((StatusTree)after.Torrents).Compare((StatusTree)before.Torrents, (status, last) =>
        {
            if (status is not null)
                changed.Add(status);
            else
                removed.Add(last!.Id);
        });
        return new ChangeSet(after.Sequence, IsFull: false, changed, removed);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
