using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.RateLimiting;

/// <summary>Buckets, the peers that take from them, and a clock that jumps from one alarm to the next.</summary>
internal sealed class RateWorld
{
    private readonly DeadlineQueue _deadlines = new();
    private readonly List<Taker> _takers = [];
    private readonly Queue<Taker> _served = new(64);

    public MonoTime Now { get; private set; } = new(1_000_000_000);

    /// <summary>How late each alarm comes.</summary>
    public TimeSpan Lateness { get; init; }

    public int Wakes { get; private set; }

    public bool IsIdle => _deadlines.Next.IsNever;

    public RateBucket Bucket(long rate)
    {
        var alarm = new Alarm(_deadlines);
        return alarm.Bucket = new RateBucket(rate, alarm, Now);
    }

    /// <summary>A peer that always has more to move.</summary>
    public Taker Hungry(int need, int wanted, params RateBucket[] row) => Add(new Taker(this, need, wanted, row));

    public long Taken() => _takers.Sum(static taker => taker.Total);

    public void Run(TimeSpan time)
    {
        MonoTime end = Now + time;
        while (_deadlines.Next + Lateness <= end && !_deadlines.Next.IsNever)
        {
            Now = MonoTime.Max(Now, _deadlines.Next + Lateness);
            Wakes++;
            _deadlines.Run(Now);
            while (_served.TryDequeue(out Taker? taker))
                taker.Eat();
        }

        Now = end;
    }

    private Taker Add(Taker taker)
    {
        _takers.Add(taker);
        taker.Eat();
        return taker;
    }

    /// <summary>One end of a connection. What it is given it uses up at once; like the engine, it asks again when that was told.</summary>
    internal sealed class Taker : IRateWaiter
    {
        private readonly RateWorld _world;

        public Taker(RateWorld world, int need, int wanted, RateBucket[] row)
        {
            _world = world;
            Need = need;
            Wanted = wanted;
            Gate = new RateGate(this, row);
        }

        public RateGate Gate { get; }

        public int Need { get; set; }

        public int Wanted { get; set; }

        /// <summary>Bytes that it may still want; a peer that is full asks no more.</summary>
        public long Appetite { get; set; } = long.MaxValue;

        public long Total { get; private set; }

        public int Largest { get; private set; }

        public void Eat()
        {
            while (!Gate.IsWaiting && Appetite > 0 && Gate.TryTake(Need, Wanted, _world.Now) is > 0 and int granted)
                Use(granted);
        }

        void IRateWaiter.Granted(int bytes, MonoTime now)
        {
            Use(bytes);
            _world._served.Enqueue(this);
        }

        private void Use(int granted)
        {
            int used = (int)Math.Min(granted, Appetite);
            if (used < granted)
                Gate.GiveBack(granted - used);
            Appetite -= used;
            Total += used;
            Largest = Math.Max(Largest, granted);
        }
    }

    private sealed class Alarm : IRateAlarm
    {
        private readonly Deadline _deadline;

        public Alarm(DeadlineQueue deadlines) => _deadline = new Deadline(deadlines, now => Bucket!.Run(now));

        public RateBucket? Bucket { get; set; }

        public void Set(MonoTime at) => _deadline.Set(at);
    }
}
