using System.Runtime.InteropServices;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>
/// Hashes the blocks of a run of pieces into the leaves of their trees, and these into the roots of the pieces (BEP 52). Blocks are independent messages, so that they go through
/// lanes together whatever pieces they are of; so do nodes. Holds the leaves of one run: 32 pieces of 16 MiB have 1 MiB of them, of 256 MiB, the longest there are, 16 MiB. One
/// thread has it at a time.
/// </summary>
internal sealed unsafe class PieceLeaves(ReadBuffer buffer) : IDisposable
{
    /// <summary>How many blocks the buffer holds.</summary>
    public const int Slots = StoredPieceHasher.PiecesTogether;

    /// <summary>From one block in the buffer to the next one (<see cref="LaneHash.Append"/> says why it is no power of two).</summary>
    public const int Stride = BlockRange.BlockLength + LaneHash.BlockBytes;

    private readonly LaneSet _lanes = LaneHashes.ForSha256();
    private readonly Block[] _blocks = new Block[Slots];
    private PieceTrees? _trees;
    private PieceIndex _first;
    private int[] _lengths = [];

    // The nodes of every piece at a distance of a whole piece's; behind them room for lanes that are of no interest.
    private Sha256Hash* _nodes;
    private int _capacity;
    private int _used;

    /// <summary>The blocks that wait in the buffer.</summary>
    public int Waiting => _used;

    /// <summary>Forgets everything, and makes room for the leaves of a run.</summary>
    public void Begin(PieceTrees trees, PieceIndex first, int count)
    {
        _trees = trees;
        _first = first;
        _used = 0;
        if (_lengths.Length < count)
            _lengths = new int[count];
        for (int i = 0; i < count; i++)
            _lengths[i] = trees.DataLength(PieceAt(i));
        int room = checked((count << trees.PieceHeight) + LayerReducer.Room);
        if (room <= _capacity)
            return;
        NativeMemory.AlignedFree(_nodes);
        _nodes = null;
        _nodes = (Sha256Hash*)NativeMemory.AlignedAlloc(checked((nuint)room * Sha256Hash.Length), LaneHash.BlockBytes);
        new Span<byte>(_nodes, checked(room * Sha256Hash.Length)).Clear();
        _capacity = room;
    }

    /// <summary>Where a block goes in the buffer.</summary>
    public Span<byte> Slot(int slot, int length) => new(buffer.Start + (slot * Stride), length);

    /// <summary>Says that a block lies in a slot; filler that it ends in is in no tree. Once every slot has one they are hashed.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="piece">The piece, counted from the first of the run.</param>
    /// <param name="offset">The block's place in it.</param>
    public void Take(int slot, int piece, int offset)
    {
        int inTree = Math.Min(BlockRange.BlockLength, _lengths[piece] - offset);
        if (inTree > 0)
            _blocks[_used++] = new Block(slot, (piece << _trees!.PieceHeight) + (offset / BlockRange.BlockLength), inTree);
        if (_used == Slots)
            Hash();
    }

    /// <summary>Hashes the blocks that wait.</summary>
    public void Hash()
    {
        ReadOnlySpan<Block> blocks = _blocks.AsSpan(0, _used);
        _used = 0;
        int whole = 0, most = 0;
        foreach (Block block in blocks)
        {
            whole += block.Length == BlockRange.BlockLength ? 1 : 0;
            most = Math.Max(most, block.Slot + 1);
        }

        if (_lanes.For(most, whole) is not { } lanes)
        {
            foreach (Block block in blocks)
                _nodes[block.Leaf] = Sha256.Hash(Slot(block.Slot, block.Length));
            return;
        }

        Span<Sha256Hash> digests = stackalloc Sha256Hash[Slots];
        lanes.Append(buffer.Start, Stride, BlockRange.BlockLength);
        lanes.Finish(MemoryMarshal.AsBytes(digests[..most]));
        foreach (Block block in blocks)
            _nodes[block.Leaf] = block.Length == BlockRange.BlockLength ? digests[block.Slot] : Sha256.Hash(Slot(block.Slot, block.Length));
    }

    /// <summary>The roots of pieces whose leaves are all here; where leaves were left out the answer for that piece is of no worth.</summary>
    public void Roots(Span<Sha256Hash> roots)
    {
        var layers = new LayerReducer(_lanes);
        for (int piece = 0, count; piece < roots.Length; piece += count)
        {
            // Whole pieces are reduced as one layer: lanes are filled up to the last step.
            count = CountWhole(piece, roots.Length - piece);
            int height = _trees!.HeightOf(PieceAt(piece));
            Sha256Hash* nodes = _nodes + ((long)piece << _trees.PieceHeight);
            int leaves = count > 0 ? count << height : LeavesIn(piece);
            count = Math.Max(count, 1);
            for (int level = 0; level < height; level++)
                leaves = layers.Reduce(nodes, leaves, level);
            new ReadOnlySpan<Sha256Hash>(nodes, count).CopyTo(roots[piece..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_nodes);
        _nodes = null;
        _lanes.Dispose();
    }

    private int CountWhole(int piece, int most)
    {
        int count = 0;
        while (count < most && LeavesIn(piece + count) == 1 << _trees!.PieceHeight)
            count++;
        return count;
    }

    private int LeavesIn(int piece) => (_lengths[piece] + BlockRange.BlockLength - 1) / BlockRange.BlockLength;

    private PieceIndex PieceAt(int piece) => new(_first.Value + piece);

    private readonly record struct Block(int Slot, int Leaf, int Length);
}
