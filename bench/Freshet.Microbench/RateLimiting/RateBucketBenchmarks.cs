using BenchmarkDotNet.Attributes;
using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Microbench.RateLimiting;

/// <summary>Blocks that pass limits of a peer, a torrent and a session: with bytes at hand, and by a hundred who wait in line.</summary>
public class RateBucketBenchmarks
{
    private const int Count = 1000;
    private const int Gates = 100;
    private MonoTime _now = new(1_000_000_000);
    private RateGate? _free;
    private RateBucket? _narrow;
    private Waiter[] _line = [];

    [GlobalSetup]
    public void Setup()
    {
        RateBucket[] wide = [.. Enumerable.Range(0, 3).Select(_ => new RateBucket(100_000_000_000, NoAlarm.Instance, _now))];
        _free = new RateGate(new Waiter(), wide);
        _narrow = new RateBucket(100_000_000, NoAlarm.Instance, _now);
        _line = [.. Enumerable.Range(0, Gates).Select(_ => new Waiter())];
        foreach (Waiter waiter in _line)
            waiter.Gate = new RateGate(waiter, [new RateBucket(100_000_000_000, NoAlarm.Instance, _now), _narrow, wide[2]]);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public long BytesAtHand()
    {
        long taken = 0;
        for (int i = 0; i < Count; i++)
        {
            _now += TimeSpan.FromMicroseconds(10);
            taken += _free!.TryTake(RateBucket.MaxNeed, RateBucket.MaxNeed, _now);
        }

        return taken;
    }

    [Benchmark(OperationsPerInvoke = Gates)]
    public void WaitingInLine()
    {
        foreach (Waiter waiter in _line)
            waiter.Gate!.TryTake(RateBucket.MaxNeed, RateBucket.MaxNeed, _now);
        while (_narrow!.Waiting > 0)
        {
            _now += TimeSpan.FromMilliseconds(2);
            _narrow.Run(_now);
        }
    }

    private sealed class Waiter : IRateWaiter
    {
        public RateGate? Gate { get; set; }

        public void Granted(int bytes, MonoTime now)
        {
        }
    }

    private sealed class NoAlarm : IRateAlarm
    {
        public static readonly NoAlarm Instance = new();

        public void Set(MonoTime at)
        {
        }
    }
}
