using System.Security.Cryptography;

namespace Freshet.Core.Tests;

public sealed class MerkleTreeTests
{
    [Fact]
    public void The_root_of_one_block_is_its_hash()
    {
        byte[] data = new byte[100];
        Assert.Equal(new Sha256Hash(SHA256.HashData(data)), MerkleTree.RootOfData(data));
    }

    [Fact]
    public void A_node_is_the_hash_of_its_children()
    {
        var random = new SeededRandom(6);
        byte[] children = new byte[2 * Sha256Hash.Length];
        for (int i = 0; i < 100; i++)
        {
            random.NextBytes(children);
            Assert.Equal(new Sha256Hash(SHA256.HashData(children)), MerkleTree.Parent(new Sha256Hash(children.AsSpan(0, 32)), new Sha256Hash(children.AsSpan(32))));
        }
    }

    [Fact]
    public void A_file_of_64_KiB_of_zeros_has_the_root_that_is_known()
    {
        // From a torrent whose content is all zeros: 1 MiB, pieces of 64 KiB.
        Assert.Equal("515ea9181744b817744ded9d2e8e9dc6a8450c0b0c52e24b5077f302ffbd9008", MerkleTree.RootOfData(new byte[1 << 20]).ToString());
        Assert.Equal("60aae9c7b428f87e0713e88229e18f0adf12cd7b22a0dd8a92bb2485eb7af242", MerkleTree.RootOfData(new byte[1 << 16]).ToString());
    }

    [Fact]
    public void Layers_lead_to_the_same_root_as_the_data()
    {
        var random = new SeededRandom(5);
        for (int blocks = 5; blocks < 40; blocks++)
        {
            byte[] data = new byte[(blocks * BlockRange.BlockLength) - random.Next(BlockRange.BlockLength)];
            random.NextBytes(data);
            const int PieceLength = 4 * BlockRange.BlockLength;
            int height = MerkleTree.PieceLayerHeight(PieceLength);
            byte[] layer = [.. data.Chunk(PieceLength).SelectMany(piece => MerkleTree.RootOfData(piece, height).Bytes.ToArray())];
            Sha256Hash root = MerkleTree.RootOfData(data);
            Assert.Equal(root, MerkleTree.RootOfLayer(layer, height));
            Assert.True(MerkleTree.IsPieceLayer(layer, data.Length, PieceLength, root));
            Assert.False(MerkleTree.IsPieceLayer(layer.AsSpan(32), data.Length, PieceLength, root));
        }
    }

    [Fact]
    public void There_is_no_root_over_nothing() => Assert.Throws<InvalidOperationException>(() => MerkleTree.RootOfData([]));

    [Fact]
    public void Roots_allocate_nothing()
    {
        byte[] layer = new byte[32 * 100];
        MerkleTree.RootOfLayer(layer, 3);
        long before = GC.GetAllocatedBytesForCurrentThread();
        MerkleTree.RootOfLayer(layer, 3);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
