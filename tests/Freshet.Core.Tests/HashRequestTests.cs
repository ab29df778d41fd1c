namespace Freshet.Core.Tests;

/// <summary>BEP 52, "hash request" and "hashes": what leads to what.</summary>
public sealed class HashRequestTests
{
    /// <summary>Every request of every tree of up to 64 leaves is led to the node that the BEP's rules name, by the hashes that they name.</summary>
    [Fact]
    public void Nodes_and_uncles_lead_to_the_node_that_they_prove()
    {
        var random = new SeededRandom(7);
        for (int height = 1; height <= 6; height++)
        {
            Sha256Hash[][] tree = Tree(height, random);
            for (int layer = 0; layer < height; layer++)
            {
                for (int length = 1; length <= tree[layer].Length; length *= 2)
                {
                    int index = length * random.Next(tree[layer].Length / length);
                    for (int proofs = 0; proofs <= height - 1 - layer; proofs++)
                    {
                        var request = new HashRequest(tree[height][0], layer, index, length, proofs);
                        Assert.True(request.IsWellFormed && request.IsWithin(height));
                        Assert.Equal(tree[request.TopHeight][index >> (request.TopHeight - layer)], request.Lead(HashesOf(tree, request)));
                    }
                }
            }
        }
    }

    /// <summary>"The first log2(length)-1 proof layers are omitted."</summary>
    [Theory]
    [InlineData(2, 3, 3)]
    [InlineData(4, 3, 2)]
    [InlineData(512, 3, 0)]
    [InlineData(512, 9, 1)]
    public void Layers_that_follow_from_the_hashes_are_left_out_of_the_proof(int length, int proofLayers, int uncles)
        => Assert.Equal(uncles, new HashRequest(default, 0, 0, length, proofLayers).UncleCount);

    [Fact]
    public void A_wrong_hash_anywhere_leads_elsewhere()
    {
        Sha256Hash[][] tree = Tree(5, new SeededRandom(3));
        var request = new HashRequest(tree[5][0], 1, 4, 4, 3);
        byte[] hashes = HashesOf(tree, request);
        Assert.Equal(tree[5][0], request.Lead(hashes));
        for (int i = 0; i < hashes.Length; i += 7)
        {
            hashes[i] ^= 1;
            Assert.NotEqual(tree[5][0], request.Lead(hashes));
            hashes[i] ^= 1;
        }
    }

    /// <summary>THREATS B5: numbers of strangers.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 0, 3, 0)]
    [InlineData(0, 0, -4, 0)]
    [InlineData(0, 0, int.MinValue, 0)]
    [InlineData(0, 0, 16384, 0)]
    [InlineData(0, 2, 4, 0)]
    [InlineData(0, -4, 4, 0)]
    [InlineData(-1, 0, 4, 0)]
    [InlineData(40, 0, 4, 0)]
    [InlineData(0, 0, 4, -1)]
    [InlineData(0, 0, 4, int.MaxValue)]
    public void Numbers_that_no_tree_has_are_told(int layer, int index, int length, int proofs)
        => Assert.False(new HashRequest(default, layer, index, length, proofs).IsWellFormed);

    [Theory]
    [InlineData(0, 0, 16, 0, true)]
    [InlineData(0, 16, 16, 0, false)]
    [InlineData(2, 0, 4, 1, true)]
    [InlineData(2, 4, 4, 1, false)]
    [InlineData(2, 0, 4, 2, false)]
    [InlineData(39, 2147475456, 8192, 0, false)]
    public void What_lies_outside_of_a_tree_of_16_leaves_is_told(int layer, int index, int length, int proofs, bool isWithin)
        => Assert.Equal(isWithin, new HashRequest(default, layer, index, length, proofs).IsWithin(4));

    [Fact]
    public void What_is_written_is_read()
    {
        var request = new HashRequest(MerkleTree.Leaf([1]), 3, 512, 256, 7);
        byte[] bytes = new byte[HashRequest.EncodedLength];
        request.Write(bytes);
        Assert.Equal(request, HashRequest.Read(bytes));
    }

    private static Sha256Hash[][] Tree(int height, SeededRandom random)
    {
        var tree = new Sha256Hash[height + 1][];
        tree[0] = new Sha256Hash[1 << height];
        for (int i = 0; i < tree[0].Length; i++)
            tree[0][i] = MerkleTree.Leaf([(byte)random.Next(256), (byte)i]);
        for (int layer = 1; layer <= height; layer++)
            tree[layer] = [.. tree[layer - 1].Chunk(2).Select(pair => MerkleTree.Parent(pair[0], pair[1]))];
        return tree;
    }

    private static byte[] HashesOf(Sha256Hash[][] tree, HashRequest request)
    {
        var hashes = new List<Sha256Hash>(tree[request.BaseLayer][request.Index..(request.Index + request.Length)]);
        for (int i = 0; i < request.UncleCount; i++)
        {
            int position = request.Index >> (request.SubtreeHeight + i - request.BaseLayer);
            hashes.Add(tree[request.SubtreeHeight + i][position ^ 1]);
        }

        return [.. hashes.SelectMany(hash => hash.Bytes.ToArray())];
    }
}
