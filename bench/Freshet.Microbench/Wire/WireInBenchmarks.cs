using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Microbench.Wire;

/// <summary>Messages from bytes, a thousand of one kind at a time, beside a loop that only reads their lengths.</summary>
public class WireInBenchmarks
{
    private const int Count = 1000;
    private readonly LinkPair _links = new(10_000);
    private byte[] _keepAlives = [];
    private byte[] _chokes = [];
    private byte[] _interest = [];
    private byte[] _haves = [];
    private byte[] _requests = [];
    private byte[] _cancels = [];
    private byte[] _bitfield = [];

    [GlobalSetup]
    public void Setup()
    {
        _keepAlives = Messages(static _ => new PeerCommand(PeerCommandKind.KeepAlive, default));
        _chokes = Messages(static i => new PeerCommand(i % 2 == 0 ? PeerCommandKind.Unchoke : PeerCommandKind.Choke, default));
        _interest = Messages(static i => new PeerCommand(i % 2 == 0 ? PeerCommandKind.Interested : PeerCommandKind.NotInterested, default));
        _haves = Messages(static i => new PeerCommand(PeerCommandKind.Have, default) { Range = new BlockRange(new PieceIndex(i), 0, 0) });
        _requests = Messages(static i => new PeerCommand(PeerCommandKind.Request, default) { Range = Block(i) });
        _cancels = Messages(static i => new PeerCommand(PeerCommandKind.Cancel, default) { Range = Block(i) });
        var some = new Bitfield(_links.Layout.PieceCount);
        for (int piece = 0; piece < some.Length; piece += 3)
            some[piece] = true;
        using var others = new LinkPair(10_000);
        others.Theirs.Apply(new PeerCommand(PeerCommandKind.Bitfield, default) { Payload = some }, others.Events, LinkPair.Now);
        _bitfield = others.Sent(others.Theirs);
    }

    [GlobalCleanup]
    public void CleanUp() => _links.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public int LengthsOfRequests()
    {
        int kinds = 0;
        for (ReadOnlySpan<byte> rest = _requests; !rest.IsEmpty; rest = rest[(4 + BinaryPrimitives.ReadInt32BigEndian(rest))..])
            kinds += rest[4];
        return kinds;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void KeepAlives() => Feed(_keepAlives);

    [Benchmark(OperationsPerInvoke = Count)]
    public void ChokesAndUnchokes() => Feed(_chokes);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Interest() => Feed(_interest);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Haves() => Feed(_haves);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Requests() => Feed(_requests);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Cancels() => Feed(_cancels);

    /// <summary>With the two links and their handshakes: a bitfield comes once.</summary>
    [Benchmark]
    public void ConnectionWithBitfield()
    {
        using var links = new LinkPair(10_000);
        links.Ours.Feed(_bitfield, links.Events, LinkPair.Now);
    }

    private static BlockRange Block(int i) => new(new PieceIndex(i / 64), i % 64 * BlockRange.BlockLength, BlockRange.BlockLength);

    private byte[] Messages(Func<int, PeerCommand> make)
    {
        for (int i = 0; i < Count; i++)
            _links.Theirs.Apply(make(i), _links.Events, LinkPair.Now);
        return _links.Sent(_links.Theirs);
    }

    private void Feed(byte[] messages)
    {
        _links.Ours.Feed(messages, _links.Events, LinkPair.Now);
        _links.Events.Clear();
    }
}
