using System.Runtime.InteropServices;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Tests.Hashing;

public sealed unsafe class BlockLeavesTests
{
    /// <summary>Every number of blocks, in no order, with the lanes of this processor, with eight where it has them, and with none.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(32)]
    public void Blocks_that_are_hashed_together_have_the_hashes_of_each(int most)
    {
        using LaneSet lanes = most switch
        {
            0 => new LaneSet(),
            8 when Lanes8.IsSupported => new LaneSet(new LaneHash<Sha256Rounds, Lanes8>()),
            _ => LaneHashes.ForSha256(),
        };
        using var together = new BlockLeaves(lanes);
        var memory = (byte*)NativeMemory.Alloc(LaneSet.Most * BlockRange.BlockLength);
        try
        {
            new SeededRandom(3).NextBytes(new Span<byte>(memory, LaneSet.Most * BlockRange.BlockLength));
            for (int count = 1; count <= LaneSet.Most; count++)
            {
                nint[] blocks = [.. Enumerable.Range(0, count).Select(i => (nint)memory + (i * 7 % LaneSet.Most * BlockRange.BlockLength))];
                var leaves = new Sha256Hash[count];
                together.Hash(blocks, leaves);
                Assert.Equal(blocks.Select(static block => MerkleTree.Leaf(new ReadOnlySpan<byte>((byte*)block, BlockRange.BlockLength))), leaves);
            }
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }
}
