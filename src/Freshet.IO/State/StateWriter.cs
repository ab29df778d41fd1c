using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet.IO.State;

/// <summary>
/// The one thread that writes resume records, so that the engine's loop never waits for a disk: keeps only the latest record of each torrent,
/// writes all that changed in one transaction, at most once an interval, and tries again what could not be kept.
/// </summary>
public sealed class StateWriter : IStateQueue, IDisposable
{
    /// <summary>A kill loses no more than this much of what was recorded; more often would only wear the disk.</summary>
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    /// <summary>A disk that is full now will hardly be free within a second.</summary>
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(30);

    private readonly IStateStore _store;
    private readonly TimeSpan _interval;
    private readonly object _gate = new();
    private readonly Dictionary<(InfoHashes Hashes, string Directory), ResumeRecord> _pending = [];
    private readonly Thread _thread;
    private Action<long, string?>? _saved;
    private long _ticket;
    private bool _hurry;
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="store">Where records go; its owner outlives the writer.</param>
    /// <param name="interval">The least time between two transactions; one second by default.</param>
    public StateWriter(IStateStore store, TimeSpan? interval = null)
    {
        _store = store;
        _interval = interval ?? DefaultInterval;
        _thread = new Thread(Work) { Name = "Freshet state", IsBackground = true };
    }

    /// <summary>Says where the news goes that every record up to a ticket is kept, or why it is not (it is tried again); called once, before
    /// anything else.</summary>
    /// <param name="saved">Called on the writer's thread.</param>
    public void Start(Action<long, string?> saved)
    {
        _saved = saved;
        _thread.Start();
    }

    /// <summary>Queues a record; it takes the place of an earlier one of the same torrent and folder. Never blocks.</summary>
    public void Save(ResumeRecord record, long ticket)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _pending[(record.Hashes, record.Directory)] = record;
            _ticket = ticket;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what is queued as soon as can be, in place of when the interval is over.</summary>
    public void Hurry()
    {
        lock (_gate)
        {
            _hurry = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what is queued and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        if (_saved is not null)
            _thread.Join();
    }

    private void Work()
    {
        TimeSpan delay = TimeSpan.Zero;
        long lastWrite = 0;
        while (WaitForWork(lastWrite, delay) is { } batch)
        {
            string? error = TrySave(batch.Records);
            lastWrite = Environment.TickCount64;
            if (error is null)
            {
                delay = _interval;
            }
            else
            {
                PutBack(batch.Records);
                delay = TimeSpan.FromTicks(Math.Max(_interval.Ticks, Math.Min(delay.Ticks * 2, MaxRetryDelay.Ticks)));
            }

            _saved!(batch.Ticket, error);
            if (error is not null && batch.Last)
                return;
        }
    }

    // Waits until something is to be written and may be; null at the end.
    private Batch? WaitForWork(long lastWrite, TimeSpan delay)
    {
        lock (_gate)
        {
            while (true)
            {
                double left = delay.TotalMilliseconds - (Environment.TickCount64 - lastWrite);
                if (_pending.Count > 0 && (left <= 0 || _hurry || _stopping))
                    break;
                if (_stopping)
                    return null;
                if (_pending.Count == 0)
                    Monitor.Wait(_gate);
                else
                    Monitor.Wait(_gate, (int)Math.Ceiling(left));
            }

            _hurry = false;
            ResumeRecord[] records = [.. _pending.Values];
            _pending.Clear();
            return new Batch(records, _ticket, _stopping);
        }
    }

    private string? TrySave(ResumeRecord[] records)
    {
        try
        {
            _store.Save(records);
            return null;
        }
        catch (Exception exception)
        {
            // A store that fails costs a check at the next start, never the download: whatever it throws is news for the engine.
            return exception.Message;
        }
    }

    private void PutBack(ResumeRecord[] records)
    {
        lock (_gate)
        {
            foreach (ResumeRecord record in records)
                _pending.TryAdd((record.Hashes, record.Directory), record);
        }
    }

    private sealed record Batch(ResumeRecord[] Records, long Ticket, bool Last);
}
