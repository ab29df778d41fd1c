using System.Net;
using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Microbench.Peers;

/// <summary>The list of candidates when it is full.</summary>
public class PeerListBenchmarks
{
    private const int Answer = 200;
    private readonly BanList _bans = new(1);
    private readonly IPEndPoint[] _addresses = [.. Enumerable.Range(0, PeerList.MaxCandidates).Select(i => new IPEndPoint(new IPAddress([203, 0, (byte)(i >> 8), (byte)i]), 6881))];
    private PeerList _list = new(new SeededRandom(1), new BanList(1), new OwnAddresses());
    private MonoTime _now = new(1_000_000_000);

    [GlobalSetup]
    public void Setup()
    {
        _bans.Ban(new IPEndPoint(IPAddress.Parse("198.51.100.1"), 1));
        _list = new PeerList(new SeededRandom(1), _bans, new OwnAddresses());
        foreach (IPEndPoint address in _addresses)
            _list.Add(address, PeerSources.Tracker, _now);
        _now += TimeSpan.FromMinutes(1);
        _list.CountDue(_now);
    }

    /// <summary>An address of a tracker's answer that is known.</summary>
    [Benchmark(OperationsPerInvoke = Answer)]
    public void KnownAgain()
    {
        for (int i = 0; i < Answer; i++)
            _list.Add(_addresses[i], PeerSources.Tracker, _now);
    }

    /// <summary>The best candidate is dialled and has no place for us.</summary>
    [Benchmark]
    public void DialAndRefusal()
    {
        _now += TimeSpan.FromSeconds(1);
        if (_list.TryTakeDue(_now, out PeerCandidate? candidate))
            _list.Disconnected(candidate!, DisconnectReason.Limit, null, _now);
    }

    /// <summary>All pauses end, while all candidates wait for a place that has come free.</summary>
    [Benchmark]
    public void EndPauses() => _list.EndPauses(_now);

    /// <summary>A ban elsewhere: is any of ours meant?</summary>
    [Benchmark]
    public void RemoveBanned() => _list.RemoveBanned();
}
