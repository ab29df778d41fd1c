using BenchmarkDotNet.Attributes;
using Freshet.Core;

namespace Freshet.Microbench.Buffers;

/// <summary>What a bitfield costs beside a plain loop over its bytes.</summary>
public class BitfieldBenchmarks
{
    private byte[] _wire = [];
    private byte[] _copy = [];
    private Bitfield _bits = new(0);

    [Params(10_000, 1_000_000)]
    public int Pieces { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _bits = new Bitfield(Pieces);
        for (int piece = 0; piece < Pieces; piece += 3)
            _bits[piece] = true;
        _wire = _bits.ToArray();
        _copy = new byte[_wire.Length];
    }

    [Benchmark(Baseline = true)]
    public int LoopOverTheBytes()
    {
        int sum = 0;
        foreach (byte one in _wire)
            sum += one;
        return sum;
    }

    [Benchmark]
    public object? Parse() => Bitfield.TryParse(_wire, Pieces, out Bitfield? bits) ? bits : null;

    [Benchmark]
    public void Write() => _bits.CopyTo(_copy);

    [Benchmark]
    public object Clone() => _bits.Clone();

    [Benchmark]
    public int WalkOverTheSet()
    {
        int count = 0;
        for (int piece = _bits.NextSet(0); piece >= 0; piece = _bits.NextSet(piece + 1))
            count++;
        return count;
    }

    [Benchmark]
    public int EveryBit()
    {
        int count = 0;
        for (int piece = 0; piece < _bits.Length; piece++)
            count += _bits[piece] ? 1 : 0;
        return count;
    }
}
