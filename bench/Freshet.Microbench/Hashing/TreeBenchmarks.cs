using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.Microbench.Hashing;

/// <summary>
/// The hash trees of v2, a piece of 1 MiB: its 64 leaves from blocks as they lie in leases, and the nodes above them. The floors are the system's library: one block after another, and the
/// nodes by libcrypto's own functions as a loop in C calls them (where it is not there by the platform's call).
/// </summary>
public unsafe class TreeBenchmarks
{
    private const int Pieces = 16;
    private const int Blocks = 64;
    private const int Nodes = Blocks - 1;

    private readonly LaneSet _lanes = LaneHashes.ForSha256();
    private readonly Sha256Hash[] _leaves = new Sha256Hash[Blocks];
    private readonly PieceTrees _trees = TreesOfOnePiece();
    private readonly nint[] _addresses = new nint[LaneSet.Most];
    private BlockLeaves _blockLeaves = null!;
    private PieceRoots _roots = null!;
    private byte* _pieces;
    private int _next;
    private Sha256Hash _root;
    private delegate* unmanaged[SuppressGCTransition]<void*, int> _init;
    private delegate* unmanaged[SuppressGCTransition]<void*, void*, nuint, int> _update;
    private delegate* unmanaged[SuppressGCTransition]<void*, void*, int> _final;

    [GlobalSetup]
    public void Setup()
    {
        int length = Pieces * Blocks * BlockRange.BlockLength;
        _pieces = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);
        new SeededRandom(1).NextBytes(new Span<byte>(_pieces, length));
        _blockLeaves = new BlockLeaves(_lanes);
        _roots = new PieceRoots(_lanes);
        LeavesOneByOne();
        if (!NativeLibrary.TryLoad("libcrypto.so.3", out nint library))
            return;
        _init = (delegate* unmanaged[SuppressGCTransition]<void*, int>)NativeLibrary.GetExport(library, "SHA256_Init");
        _update = (delegate* unmanaged[SuppressGCTransition]<void*, void*, nuint, int>)NativeLibrary.GetExport(library, "SHA256_Update");
        _final = (delegate* unmanaged[SuppressGCTransition]<void*, void*, int>)NativeLibrary.GetExport(library, "SHA256_Final");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        NativeMemory.AlignedFree(_pieces);
        _blockLeaves.Dispose();
        _lanes.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void LeavesOneByOne()
    {
        byte* piece = NextPiece();
        for (int i = 0; i < Blocks; i++)
            _leaves[i] = MerkleTree.Leaf(new ReadOnlySpan<byte>(piece + (i * BlockRange.BlockLength), BlockRange.BlockLength));
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void LeavesTogether()
    {
        byte* piece = NextPiece();
        for (int i = 0; i < Blocks; i += LaneSet.Most)
        {
            for (int k = 0; k < LaneSet.Most; k++)
                _addresses[k] = (nint)(piece + ((i + k) * BlockRange.BlockLength));
            _blockLeaves.Hash(_addresses, _leaves.AsSpan(i));
        }
    }

    /// <summary>What a loop in C does for each node: begin, take 64 bytes, end.</summary>
    [Benchmark(OperationsPerInvoke = Nodes)]
    public void NodesOfTheSystem()
    {
        byte* context = stackalloc byte[128], node = stackalloc byte[64];
        for (int i = 0; i < Nodes; i++)
        {
            if (_final == null)
            {
                SHA256.HashData(new ReadOnlySpan<byte>(node, 64), new Span<byte>(node, 32));
                continue;
            }

            _ = _init(context);
            _ = _update(context, node, 64);
            _ = _final(node, context);
        }
    }

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void NodesOneByOne() => _root = _trees.RootOf(new PieceIndex(0), _leaves);

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void NodesOfAPiece() => _root = _roots.RootOf(_trees, new PieceIndex(0), _leaves);

    private static PieceTrees TreesOfOnePiece()
    {
        const int Length = Blocks * BlockRange.BlockLength;
        var file = new FileEntry { Index = new FileIndex(0), Path = "f", OriginalPath = "f", Length = Length, Offset = 0, PiecesRoot = MerkleTree.Leaf([1]) };
        return new PieceTrees(PieceLayout.StartingPiecesAtFiles([file], Length));
    }

    // More than the second cache holds go by before one comes again.
    private byte* NextPiece() => _pieces + ((nint)(_next++ % Pieces) * Blocks * BlockRange.BlockLength);
}
