using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;

namespace Freshet.Microbench.State;

/// <summary>What a resume record of ten thousand pieces costs on its way to the state store and back.</summary>
public class StateRecordBenchmarks
{
    private readonly byte[] _bits = new byte[1250];
    private readonly byte[] _copy = new byte[1250];
    private readonly byte[] _hashes = new byte[20];
    private FileStamp[] _stamps = [];
    private PartialPieceRecord[] _partials = [];
    private byte[] _stampBytes = [];
    private byte[] _partialBytes = [];

    [GlobalSetup]
    public void Setup()
    {
        _stamps = [.. Enumerable.Range(0, 100).Select(i => new FileStamp(i, i))];
        _partials = [.. Enumerable.Range(0, 20).Select(i => new PartialPieceRecord(new PieceIndex(i), new byte[8]))];
        _stampBytes = RecordCodec.Stamps(_stamps);
        _partialBytes = RecordCodec.Partials(_partials);
    }

    [Benchmark(Baseline = true)]
    public void CopyOfTheBits() => _bits.CopyTo(_copy, 0);

    [Benchmark]
    public object StampsOfAHundredFiles() => RecordCodec.Stamps(_stamps);

    [Benchmark]
    public object? StampsRead() => RecordCodec.ParseStamps(_stampBytes);

    [Benchmark]
    public object TwentyPartialPieces() => RecordCodec.Partials(_partials);

    [Benchmark]
    public object? PartialPiecesRead() => RecordCodec.ParsePartials(_partialBytes, 10_000);

    [Benchmark]
    public object Digest() => RecordCodec.Digest(_hashes, "/home/somebody/downloads", "boot", [1, 2, 3], _bits, _bits, _stampBytes, _partialBytes);
}
