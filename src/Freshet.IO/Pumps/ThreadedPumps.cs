using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>Several pumps, each on a thread of its own, so that the bytes of one torrent use several cores.</summary>
internal sealed class ThreadedPumps : IPumpSet
{
    private readonly PumpThread[] _threads;
    private readonly BlockPool _pool;
    private readonly AutoResetEvent _awake = new(initialState: false);

    public ThreadedPumps(PeerPump[] pumps, BlockPool pool)
    {
        _pool = pool;
        _threads = [.. pumps.Select((pump, index) => new PumpThread(pump, pool, Wake, $"freshet-pump-{index}"))];
        foreach (PumpThread thread in _threads)
            thread.Start();
    }

    /// <inheritdoc/>
    public void Send(in PeerCommand command) => _threads[PumpOptions.IndexOf(command.Connection, _threads.Length)].Send(command);

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (PumpThread thread in _threads)
            thread.HandOver(wakeStarved: _pool.FreeBlocks > 0);
    }

    /// <inheritdoc/>
    public bool Deliver(IEngine engine, MonoTime now)
    {
        foreach (PumpThread thread in _threads)
        {
            thread.ThrowIfFaulted();
            foreach (ref readonly PeerEvent peerEvent in thread.TakeEvents().Events)
                engine.Handle(peerEvent, now);
        }

        return false;
    }

    /// <inheritdoc/>
    public void Wait(MonoTime deadline, bool mayRead)
    {
        // Pumps on threads of their own have cores beside the workers': they read on, until the pool holds them up.
        // A set event ends the wait at once, so that nothing left since the last look is waited over.
        if (deadline.IsNever)
        {
            _awake.WaitOne();
            return;
        }

        TimeSpan timeout = deadline - _threads[0].Now;
        if (timeout > TimeSpan.Zero)
            _awake.WaitOne((int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue));
    }

    /// <inheritdoc/>
    public void Wake() => _awake.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PumpThread thread in _threads)
            thread.Stop();
        foreach (PumpThread thread in _threads)
            thread.Join();
        _awake.Dispose();
    }
}
