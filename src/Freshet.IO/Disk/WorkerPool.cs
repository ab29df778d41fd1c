namespace Freshet.IO.Disk;

/// <summary>
/// Threads that take work from one queue. They start when there is work and none is free; the one that went to sleep last is woken first,
/// because its caches are warm. Only one wake-up is on its way at a time: who wakes up and finds more wakes the next, so a burst costs
/// the thread that hands it in one system call at most.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<WorkItem> _urgent = new();
    private readonly Queue<WorkItem> _patient = new();
    private readonly Stack<Parker> _asleep = new();
    private readonly List<Thread> _threads = [];
    private readonly string _name;
    private readonly int _most;
    private readonly Func<JobRunner> _newRunner;
    private readonly Action<WorkItem> _finished;
    private bool _waking;
    private bool _stopping;

    public WorkerPool(string name, int most, Func<JobRunner> newRunner, Action<WorkItem> finished)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        _name = name;
        _most = most;
        _newRunner = newRunner;
        _finished = finished;
    }

    /// <summary>Queues work.</summary>
    /// <param name="item">The work.</param>
    /// <param name="patient">Whether it yields to all work that is not patient.</param>
    public void Post(WorkItem item, bool patient)
    {
        Parker? sleeper;
        lock (_gate)
        {
            (patient ? _patient : _urgent).Enqueue(item);
            sleeper = NextToWake();
        }

        sleeper?.Wake();
    }

    /// <summary>Ends the threads once the queue is empty, and waits for them.</summary>
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

    // Under the lock: who is to be woken for the work that waits. Starts a thread where nobody sleeps.
    private Parker? NextToWake()
    {
        if (_waking || _stopping || _urgent.Count + _patient.Count == 0)
            return null;
        if (_asleep.TryPop(out Parker? sleeper))
        {
            _waking = true;
            return sleeper;
        }

        if (_threads.Count < _most)
        {
            _waking = true;
            var thread = new Thread(Work) { Name = _name, IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }

        return null;
    }

    private void Work()
    {
        using var parker = new Parker();
        using JobRunner runner = _newRunner();
        bool wokenForWork = true;
        while (true)
        {
            WorkItem item;
            bool hasItem;
            Parker? next = null;
            lock (_gate)
            {
                if (wokenForWork)
                    _waking = false;
                wokenForWork = false;
                hasItem = _urgent.TryDequeue(out item) || _patient.TryDequeue(out item);
                if (hasItem)
                    next = NextToWake();
                else if (_stopping)
                    return;
                else
                    _asleep.Push(parker);
            }

            if (!hasItem)
            {
                parker.Sleep();
                wokenForWork = true;
                continue;
            }

            next?.Wake();
            runner.Run(item.Job, item.Torrent);
            _finished(item);
        }
    }
}
