using System.Numerics;
using BenchmarkDotNet.Attributes;
using Freshet.Core;
using Freshet.IO.Native;
using Freshet.Protocol.Encryption;

namespace Freshet.Microbench.Encryption;

/// <summary>What a connection's secret costs, which each one draws twice; and a block's way through RC4.</summary>
public class EncryptionBenchmarks
{
    private readonly byte[] _number = new byte[MsePrime.Length];
    private readonly byte[] _exponent = new byte[MsePrime.PrivateKeyLength];
    private readonly byte[] _result = new byte[MsePrime.Length];
    private readonly byte[] _block = new byte[BlockRange.BlockLength];
    private readonly Rc4 _cipher = new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);

    [GlobalSetup]
    public void Setup()
    {
        var random = new SeededRandom(1);
        random.NextBytes(_number);
        _number[0] = 1;
        random.NextBytes(_exponent);
    }

    [Benchmark(Baseline = true)]
    public BigInteger PowerByBigInteger()
        => BigInteger.ModPow(new BigInteger(_number, true, true), new BigInteger(_exponent, true, true), new BigInteger(MsePrime.Bytes, true, true));

    [Benchmark]
    public void Power() => MontgomeryPowers.Instance.Raise(_number, _exponent, _result);

    [Benchmark]
    public void PowerByLibcrypto() => LibcryptoPowers.Best.Raise(_number, _exponent, _result);

    [Benchmark]
    public void Rc4Block() => _cipher.Apply(_block);
}
