using BenchmarkDotNet.Attributes;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Microbench.Picking;

/// <summary>One block asked for and one received, with so many others out.</summary>
public class RequestWindowBenchmarks
{
    private const int Count = 1024;
    private RequestWindow _window = new();
    private MonoTime _now = new(1_000_000_000);
    private int _asked;
    private int _received;

    [Params(32, 2000)]
    public int Outstanding { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _window = new RequestWindow { PeerLimit = Outstanding };
        while (_asked < Outstanding)
            _window.OnRequested(Block(_asked++), _now);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int RequestAndBlock()
    {
        for (int i = 0; i < Count; i++)
        {
            _now += TimeSpan.FromMicroseconds(50);
            _window.OnReceived(Block(_received++), _now);
            _window.OnRequested(Block(_asked++), _now);
        }

        return _window.Room;
    }

    private static BlockRange Block(int i) => new(new PieceIndex((i / 64) & 0xFFFFF), i % 64 * BlockRange.BlockLength, BlockRange.BlockLength);
}
