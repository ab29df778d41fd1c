using Freshet.Core;

namespace Freshet.Simulator.World;

/// <summary>
/// One time line for a whole swarm: a virtual clock, a queue of what happens when, a seed. Single-threaded; the same seed gives the same trace in
/// every process. Nothing in a simulation may ask anything else for time, order or chance.
/// </summary>
public sealed class SimWorld
{
    private readonly PriorityQueue<Happening, (long Time, long Order)> _queue = new();
    private long _order;

    /// <summary>Begins a world at time zero.</summary>
    public SimWorld(ulong seed)
    {
        Seed = seed;
        Random = new SeededRandom(seed);
        Trace = new SimTrace();
    }

    /// <summary>What this world was begun with: say it when a check fails.</summary>
    public ulong Seed { get; }

    /// <summary>The world's own chance; a part that draws often takes a generator of its own from <see cref="Fork"/>.</summary>
    public SeededRandom Random { get; }

    /// <summary>The virtual time.</summary>
    public MonoTime Now { get; private set; }

    /// <summary>A digest of everything that happened.</summary>
    public SimTrace Trace { get; }

    /// <summary>How many things have happened.</summary>
    public long Happenings { get; private set; }

    /// <summary>More happenings than the scenario needs by far: an endless loop ends as a failure, not as a hang.</summary>
    public long MostHappenings { get; set; } = 50_000_000;

    /// <summary>A generator for one part, so that what it draws does not shift what others draw.</summary>
    public SeededRandom Fork() => new(Random.NextUInt64());

    /// <summary>Lets something happen after a delay; what is due at the same time happens in the order in which it was asked for.</summary>
    public void After(TimeSpan delay, Action action) => At(Now + (delay < TimeSpan.Zero ? TimeSpan.Zero : delay), action);

    /// <summary>Lets something happen at a time, at once if that has passed.</summary>
    public void At(MonoTime time, Action action)
    {
        if (time.IsNever)
            return;
        MonoTime due = MonoTime.Max(time, Now);
        _queue.Enqueue(new Happening(due, action), (due.Nanoseconds, _order++));
    }

    /// <summary>Runs until a condition holds, checked after each happening, or until the time is over.</summary>
    /// <returns>Whether the condition held.</returns>
    public bool RunUntil(Func<bool> done, TimeSpan limit)
    {
        MonoTime end = Now + limit;
        while (!done())
        {
            if (!_queue.TryPeek(out Happening next, out _) || next.Time > end)
            {
                Now = end;
                return done();
            }

            _queue.Dequeue();
            Now = next.Time;
            if (++Happenings > MostHappenings)
                throw new SimulationException(this, "the world does not come to rest");
            next.Action();
        }

        return true;
    }

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan duration) => RunUntil(static () => false, duration);

    private readonly record struct Happening(MonoTime Time, Action Action);
}
