using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.IO.Pumps;

/// <summary>
/// A pump on a thread of its own, and the two mailboxes between it and the loop: lists that are swapped under a lock, a batch at a time. Commands are
/// always taken. Events are bounded by what makes them: while the loop has not taken some thousands, the pump does not read, and the peers' bytes stay in
/// their sockets; replies and the news of closed connections still pass.
/// </summary>
internal sealed class PumpThread
{
    /// <summary>
    /// Events that the loop has not taken yet at which no more is read: some milliseconds of the engine's work. One iteration of reading adds at most a
    /// scratch full of messages a ready connection.
    /// </summary>
    private const int MaxWaitingEvents = 4096;

    private readonly PeerPump _pump;
    private readonly BlockPool _pool;
    private readonly Action _wakeLoop;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly Freshet.IO.Loop.MonoClock _clock;

    // The loop's alone.
    private List<PeerCommand> _noted = [];
    private PeerEventBuffer _delivered = new();

    // Under the lock.
    private List<PeerCommand> _handedOver = [];
    private PeerEventBuffer _waiting = new();
    private Exception? _fault;
    private bool _stopping;

    // The pump's alone.
    private List<PeerCommand> _executing = [];
    private bool _stopped;

    public PumpThread(PeerPump pump, BlockPool pool, Action wakeLoop, string name)
    {
        _pump = pump;
        _pool = pool;
        _wakeLoop = wakeLoop;
        _clock = pump.Clock;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>The session's time.</summary>
    public MonoTime Now => _clock.Now;

    public void Start() => _thread.Start();

    /// <summary>Notes a command; on the loop's thread.</summary>
    public void Send(in PeerCommand command) => _noted.Add(command);

    /// <summary>Hands over what was noted; on the loop's thread.</summary>
    /// <param name="wakeStarved">Whether blocks are free, for which a link may wait.</param>
    public void HandOver(bool wakeStarved)
    {
        bool wake = wakeStarved && _pump.IsStarved;
        if (_noted.Count > 0)
        {
            lock (_gate)
            {
                if (_handedOver.Count == 0)
                    (_noted, _handedOver) = (_handedOver, _noted);
                else
                    _handedOver.AddRange(_noted);
            }

            _noted.Clear();
            wake = true;
        }

        if (wake)
            _pump.Wake();
    }

    /// <summary>What happened since the last time; on the loop's thread, whose the batch is until the next call.</summary>
    public PeerEventBuffer TakeEvents()
    {
        bool wasFull;
        _delivered.Clear();
        lock (_gate)
        {
            wasFull = _waiting.Count >= MaxWaitingEvents;
            (_delivered, _waiting) = (_waiting, _delivered);
        }

        if (wasFull)
            _pump.Wake();
        return _delivered;
    }

    /// <summary>Has an exception of the pump end the session.</summary>
    public void ThrowIfFaulted()
    {
        Exception? fault;
        lock (_gate)
            fault = _fault;
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);
    }

    public void Stop()
    {
        lock (_gate)
            _stopping = true;
        _pump.Wake();
    }

    public void Join()
    {
        if (_thread.IsAlive)
            _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_stopped)
                Iterate();
        }
        catch (Exception e)
        {
            lock (_gate)
                _fault = e;
            _wakeLoop();
        }

        _pump.Dispose();
        _pump.DropEvents();
        foreach (ref readonly PeerEvent peerEvent in _waiting.Events)
            _pool.Return(peerEvent.Lease);
        foreach (ref readonly PeerCommand command in CollectionsMarshal.AsSpan(_handedOver))
            _pool.Return(command.Lease);
    }

    private void Iterate()
    {
        bool mayRead;
        lock (_gate)
        {
            (_executing, _handedOver) = (_handedOver, _executing);
            mayRead = _waiting.Count < MaxWaitingEvents;
            _stopped = _stopping;
        }

        foreach (ref readonly PeerCommand command in CollectionsMarshal.AsSpan(_executing))
            _pump.Execute(command);
        _executing.Clear();
        _pump.Flush();
        if (_stopped)
            return;
        _pump.Poll(MonoTime.Never, mayRead);
        _pump.Flush();
        PostEvents();
    }

    private void PostEvents()
    {
        bool hasMail = _pump.HasMail;
        _pump.HasMail = false;
        if (_pump.Events.Count == 0)
        {
            if (hasMail)
                _wakeLoop();
            return;
        }

        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                (_pump.Events, _waiting) = (_waiting, _pump.Events);
            }
            else
            {
                foreach (ref readonly PeerEvent peerEvent in _pump.Events.Events)
                    _waiting.Post(peerEvent);
                _pump.Events.Clear();
            }
        }

        _wakeLoop();
    }
}
