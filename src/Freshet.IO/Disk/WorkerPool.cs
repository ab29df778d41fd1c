namespace Freshet.IO.Disk;

/// <summary>
/// Threads that do any work there is, but never more than so many at once of a class. One set for all, because the thread that has just hashed a piece is awake when
/// its write comes: with a set for each, every job would cost a wake-up. A class has its own limit, so that a piece just received never waits for a check that has all
/// cores: it is hashed beside it, and the system shares the cores among them. Threads start
/// when there is work and none is free; the one that went to sleep last is woken first, because its caches are warm; and only one wake-up is on its
/// way at a time: who wakes up and finds more wakes the next, so that a burst costs the thread that hands it in one system call at most.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<WorkItem>[] _queues = [new(), new(), new()];
    private readonly int[] _free;
    private readonly Stack<Parker> _asleep = new();
    private readonly List<Thread> _threads = [];
    private readonly Func<JobRunner> _newRunner;
    private readonly Action<WorkItem> _finished;
    private bool _waking;
    private bool _stopping;

    public WorkerPool(DiskWorkerOptions options, Func<JobRunner> newRunner, Action<WorkItem> finished)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.DiskThreads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.HashThreads);
        _free = [options.DiskThreads, options.HashThreads, options.HashThreads];
        _newRunner = newRunner;
        _finished = finished;
    }

    /// <summary>Queues work.</summary>
    public void Post(WorkItem item)
    {
        Parker? sleeper;
        lock (_gate)
        {
            _queues[(int)item.Class].Enqueue(item);
            sleeper = NextToWake();
        }

        sleeper?.Wake();
    }

    /// <summary>Ends the threads, which must have nothing left to do, and waits for them.</summary>
    public void Dispose()
    {
        Parker[] asleep;
        lock (_gate)
        {
            _stopping = true;
            asleep = [.. _asleep];
            _asleep.Clear();
        }

        foreach (Parker sleeper in asleep)
            sleeper.Wake();
        foreach (Thread thread in _threads)
            thread.Join();
    }

    // Under the lock: the queue that the next work comes from, as far as the limits allow.
    private Queue<WorkItem>? NextQueue()
    {
        for (int i = 0; i < _queues.Length; i++)
        {
            if (_free[i] > 0 && _queues[i].Count > 0)
                return _queues[i];
        }

        return null;
    }

    // Under the lock: who is to be woken for the work that waits. Starts a thread where nobody sleeps; the limits bound their number.
    private Parker? NextToWake()
    {
        if (_waking || NextQueue() is null)
            return null;
        _waking = true;
        if (_asleep.TryPop(out Parker? sleeper))
            return sleeper;
        var thread = new Thread(Work) { Name = "Freshet disk", IsBackground = true };
        _threads.Add(thread);
        thread.Start();
        return null;
    }

    // Under the lock: work, counted as running.
    private bool TryTake(out WorkItem item)
    {
        item = default;
        if (NextQueue() is not { } queue)
            return false;
        item = queue.Dequeue();
        _free[(int)item.Class]--;
        return true;
    }

    private void Work()
    {
        using var parker = new Parker();
        using JobRunner runner = _newRunner();
        bool isWoken = true;
        while (true)
        {
            WorkItem item;
            bool hasWork;
            Parker? next;
            lock (_gate)
            {
                if (isWoken)
                    _waking = false;
                isWoken = false;
                hasWork = TryTake(out item);
                next = NextToWake();
                if (!hasWork && _stopping)
                    return;
                if (!hasWork)
                    _asleep.Push(parker);
            }

            next?.Wake();
            if (!hasWork)
            {
                parker.Sleep();
                isWoken = true;
                continue;
            }

            // The engine makes the job another one as soon as it has it back: what kind it was is asked before.
            WorkClass kind = item.Class;
            runner.Run(item.Job, item.Torrent);
            _finished(item);
            lock (_gate)
            {
                _free[(int)kind]++;
            }
        }
    }
}
