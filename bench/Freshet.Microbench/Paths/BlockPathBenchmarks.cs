using BenchmarkDotNet.Attributes;
using Freshet.Core;

namespace Freshet.Microbench.Paths;

/// <summary>
/// A block's whole way through us. In: bytes of the socket, framing, the lease, picker and request window, storage, the requests that replace it. Out: the request,
/// the upload queue, the read into the send buffer, what was sent. Floor: the one copy that each of them cannot do without.
/// </summary>
public class BlockPathBenchmarks
{
    private const int Batch = 4096;
    private const int Pieces = 100_000;

    private const int BlocksAtOnce = 15;

    private readonly byte[] _from = new byte[BlockRange.BlockLength * BlocksAtOnce];
    private byte[] _to = [];
    private EngineWorld? _in;
    private EngineWorld? _out;

    [Params(1, 50)]
    public int Peers { get; set; }

    [GlobalSetup]
    public void Setup() => _to = new byte[BlockRange.BlockLength * BlocksAtOnce * Peers];

    [GlobalCleanup]
    public void CleanUp()
    {
        _in?.Dispose();
        _out?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public void CopyOfABlock()
    {
        for (int i = 0; i < Batch; i++)
        {
            int from = i % BlocksAtOnce * BlockRange.BlockLength;
            int to = i % (BlocksAtOnce * Peers) * BlockRange.BlockLength;
            _from.AsSpan(from, BlockRange.BlockLength).CopyTo(_to.AsSpan(to));
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void BlockIn()
    {
        if (_in is null || _in.EndsWithin(Batch))
        {
            _in?.Dispose();
            _in = new EngineWorld(Peers, Pieces, isSeeding: false);
        }

        _in.Move(Batch);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void BlockOut()
    {
        _out ??= new EngineWorld(Peers, Pieces, isSeeding: true);
        _out.Move(Batch);
    }
}
