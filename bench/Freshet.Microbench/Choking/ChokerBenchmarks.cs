using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Choking;

namespace Freshet.Microbench.Choking;

/// <summary>A round of the choker, beside a plain sort of as many rates.</summary>
public class ChokerBenchmarks : IChokeTarget
{
    private readonly SeededRandom _random = new(1);
    private Choker? _choker;
    private long[] _rates = [];
    private long[] _sorted = [];
    private MonoTime _now = new(1_000_000_000);
    private long _moved;

    [Params(200, 2000)]
    public int Peers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _choker = new Choker(Peers / 10, new TitForTat(), this);
        _rates = new long[Peers];
        _sorted = new long[Peers];
        for (int i = 0; i < Peers; i++)
        {
            _rates[i] = _random.Next(1 << 20);
            _choker.Interested(new ConnectionId(2 * i), _now);
        }
    }

    [Benchmark(Baseline = true)]
    public void SortOfRates()
    {
        _rates.CopyTo(_sorted, 0);
        _sorted.AsSpan().Sort();
    }

    [Benchmark]
    public void Round()
    {
        _now += Choker.Round;
        _choker!.Rechoke(_now);
    }

    [Benchmark]
    public void InterestComesAndGoes()
    {
        var peer = new ConnectionId(2 * _random.Next(Peers));
        _choker!.NotInterested(peer, _now);
        _choker.Interested(peer, _now);
    }

    void IChokeTarget.Unchoke(ConnectionId peer, MonoTime now)
    {
    }

    void IChokeTarget.Choke(ConnectionId peer, MonoTime now)
    {
    }

    ChokeFigures IChokeTarget.Measure(ConnectionId peer, MonoTime now) => new(_moved += _rates[(int)(peer.Value / 2)], _moved);
}
