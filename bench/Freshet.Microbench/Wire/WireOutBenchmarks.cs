using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Microbench.Wire;

/// <summary>Commands to bytes, a thousand of one kind at a time, beside a copy of as many bytes as a request has.</summary>
public class WireOutBenchmarks
{
    private const int Count = 1000;
    private const int RequestLength = 17;
    private readonly LinkPair _links = new(10_000);
    private readonly byte[] _from = new byte[RequestLength * Count];
    private readonly byte[] _to = new byte[RequestLength * Count];
    private readonly Bitfield _some = new(10_000);

    [GlobalSetup]
    public void Setup()
    {
        for (int piece = 0; piece < _some.Length; piece += 3)
            _some[piece] = true;
    }

    [GlobalCleanup]
    public void CleanUp() => _links.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void CopiesOfARequest()
    {
        for (int at = 0; at < _from.Length; at += RequestLength)
            _from.AsSpan(at, RequestLength).CopyTo(_to.AsSpan(at));
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Haves()
    {
        for (int i = 0; i < Count; i++)
            Apply(new PeerCommand(PeerCommandKind.Have, default) { Range = new BlockRange(new PieceIndex(i), 0, 0) });
        Sent();
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void RequestsAndCancels()
    {
        for (int i = 0; i < Count / 2; i++)
            Apply(new PeerCommand(PeerCommandKind.Request, default) { Range = Block(i) });
        for (int i = 0; i < Count / 2; i++)
            Apply(new PeerCommand(PeerCommandKind.Cancel, default) { Range = Block(i) });
        Sent();
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Rejects()
    {
        for (int i = 0; i < Count; i++)
            Apply(new PeerCommand(PeerCommandKind.Reject, default) { Range = Block(i) });
        Sent();
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void ChokesAndUnchokes()
    {
        for (int i = 0; i < Count; i++)
            Apply(new PeerCommand(i % 2 == 0 ? PeerCommandKind.Unchoke : PeerCommandKind.Choke, default));
        Sent();
    }

    [Benchmark]
    public void BitfieldOfTenThousand()
    {
        Apply(new PeerCommand(PeerCommandKind.Bitfield, default) { Payload = _some });
        Sent();
    }

    private static BlockRange Block(int i) => new(new PieceIndex(i / 64), i % 64 * BlockRange.BlockLength, BlockRange.BlockLength);

    private void Apply(in PeerCommand command) => _links.Ours.Apply(command, _links.Events, LinkPair.Now);

    private void Sent()
    {
        int length = _links.Ours.BeginSend().Length;
        _links.Ours.EndSend(length, LinkPair.Now);
        _links.Events.Clear();
    }
}
