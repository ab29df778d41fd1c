using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Microbench.Wire;

/// <summary>Blocks through a link, a batch at a time: bytes to leases, and reads into the send buffer; beside the copy that each of them is.</summary>
public class WireBlockBenchmarks
{
    private const int Count = 15;
    private readonly LinkPair _links = new(1000);
    private readonly byte[] _from = new byte[Count * BlockRange.BlockLength];
    private readonly byte[] _to = new byte[Count * BlockRange.BlockLength];
    private byte[] _messages = [];

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < Count; i++)
            _links.Theirs.Apply(new PeerCommand(PeerCommandKind.Serve, default) { Range = Block(i) }, _links.Events, LinkPair.Now);
        _messages = _links.Sent(_links.Theirs);
        _links.Events.Clear();
    }

    [GlobalCleanup]
    public void CleanUp() => _links.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void CopyOfABlock()
    {
        for (int at = 0; at < _from.Length; at += BlockRange.BlockLength)
            _from.AsSpan(at, BlockRange.BlockLength).CopyTo(_to.AsSpan(at));
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void BlocksIn()
    {
        for (int i = 0; i < Count; i++)
            _links.Ours.Apply(new PeerCommand(PeerCommandKind.Request, default) { Range = Block(i) }, _links.Events, LinkPair.Now);
        EndSend();
        _links.Ours.Feed(_messages, _links.Events, LinkPair.Now);
        foreach (ref readonly PeerEvent happened in _links.Events.Events)
            _links.Pool.Return(happened.Lease);
        _links.Events.Clear();
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void BlocksOut()
    {
        for (int i = 0; i < Count; i++)
            _links.Ours.Apply(new PeerCommand(PeerCommandKind.Serve, default) { Range = Block(i) }, _links.Events, LinkPair.Now);
        _links.Ours.Lay(_links.Events);
        EndSend();
        _links.Ours.ReportSent(_links.Events);
        _links.Events.Clear();
    }

    private static BlockRange Block(int i) => new(new PieceIndex(7), i * BlockRange.BlockLength, BlockRange.BlockLength);

    private void EndSend()
    {
        int length = _links.Ours.BeginSend().Length;
        _links.Ours.EndSend(length, LinkPair.Now);
    }
}
