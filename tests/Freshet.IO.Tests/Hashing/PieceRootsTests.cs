using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Tests.Hashing;

public sealed class PieceRootsTests
{
    /// <summary>Pieces of every number of blocks up to 70, whole, short and alone in their file.</summary>
    [Fact]
    public void The_root_is_that_of_the_definition()
    {
        var random = new SeededRandom(9);
        using LaneSet lanes = LaneHashes.ForSha256();
        var roots = new PieceRoots(lanes);
        for (int blocks = 1; blocks <= 70; blocks++)
        {
            foreach (long before in (long[])[0, 128 * BlockRange.BlockLength])
            {
                var file = new FileEntry
                {
                    Index = new FileIndex(0),
                    Path = "f",
                    OriginalPath = "f",
                    Length = before + ((blocks - 1) * BlockRange.BlockLength) + 5,
                    Offset = 0,
                    PiecesRoot = MerkleTree.Leaf([1]),
                };
                var trees = new PieceTrees(PieceLayout.StartingPiecesAtFiles([file], 128 * BlockRange.BlockLength));
                var piece = new PieceIndex(before == 0 ? 0 : 1);
                Sha256Hash[] leaves = [.. Enumerable.Range(0, blocks).Select(_ => MerkleTree.Leaf([(byte)random.Next(256), (byte)random.Next(256)]))];
                Sha256Hash[] given = [.. leaves];
                Assert.Equal(trees.RootOf(piece, leaves), roots.RootOf(trees, piece, given));
                Assert.Equal(leaves, given);
            }
        }
    }
}
