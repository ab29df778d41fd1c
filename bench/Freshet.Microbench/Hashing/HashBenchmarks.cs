using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.Microbench.Hashing;

/// <summary>
/// Pieces of 256 KiB, for each: as a download hashes them, and side by side as a check does where the machine has the instructions (else one by one); beside the
/// system's library. The pieces lie where the second-level cache is too small for them, as pieces do.
/// </summary>
public unsafe class HashBenchmarks
{
    private const int PieceLength = 256 * 1024;
    private const int Pieces = 32;

    private readonly byte[] _digests = new byte[Pieces * 32];
    private readonly RunningSha1 _running = new();
    private readonly LaneSet _sha1 = LaneHashes.ForSha1();
    private readonly LaneSet _sha256 = LaneHashes.ForSha256();
    private byte* _pieces;

    private ReadOnlySpan<byte> Piece(int piece) => new(_pieces + ((nint)piece * PieceLength), PieceLength);

    [GlobalSetup]
    public void Setup()
    {
        _pieces = (byte*)NativeMemory.AlignedAlloc(Pieces * PieceLength, 4096);
        new SeededRandom(1).NextBytes(new Span<byte>(_pieces, Pieces * PieceLength));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        NativeMemory.AlignedFree(_pieces);
        _running.Dispose();
        _sha1.Dispose();
        _sha256.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Pieces)]
    public void Sha1OfTheSystem() => OneByOne(_digests, isSha256: false);

    /// <summary>Block by block, as they lie in leases.</summary>
    [Benchmark(OperationsPerInvoke = Pieces)]
    public void Sha1InBlocks()
    {
        for (int piece = 0; piece < Pieces; piece++)
        {
            ReadOnlySpan<byte> bytes = Piece(piece);
            for (int at = 0; at < bytes.Length; at += BlockRange.BlockLength)
                _running.Append(bytes.Slice(at, BlockRange.BlockLength));
            _running.Finish();
            _running.Reset();
        }
    }

    [Benchmark(OperationsPerInvoke = Pieces)]
    public void Sha1InLanes() => SideBySide(_sha1.Widest, isSha256: false);

    [Benchmark(OperationsPerInvoke = Pieces)]
    public void Sha256OneByOne() => OneByOne(_digests, isSha256: true);

    [Benchmark(OperationsPerInvoke = Pieces)]
    public void Sha256InLanes() => SideBySide(_sha256.Widest, isSha256: true);

    private void OneByOne(Span<byte> digests, bool isSha256)
    {
        for (int piece = 0; piece < Pieces; piece++)
        {
            if (isSha256)
                SHA256.HashData(Piece(piece), digests);
            else
                SHA1.HashData(Piece(piece), digests);
        }
    }

    private void SideBySide(LaneHash? lanes, bool isSha256)
    {
        if (lanes is null)
        {
            OneByOne(_digests, isSha256);
            return;
        }

        for (int piece = 0; piece < Pieces; piece += lanes.Lanes)
        {
            lanes.Append(_pieces + ((nint)piece * PieceLength), PieceLength, PieceLength);
            lanes.Finish(_digests.AsSpan(0, lanes.Lanes * lanes.DigestBytes));
        }
    }
}
