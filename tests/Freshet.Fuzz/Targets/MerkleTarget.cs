using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>Merkle roots over layers of any number of nodes, against the definition of BEP 52 written down plainly.</summary>
public sealed class MerkleTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "merkle";

    /// <inheritdoc/>
    public int Iterations => 3_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65536 + (64L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        byte[] layer = new byte[1 + ((1 + random.Next(70)) * Sha256Hash.Length)];
        random.NextBytes(layer);
        return layer;
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1 + Sha256Hash.Length)
            return;
        int height = input[0] % 8;
        ReadOnlySpan<byte> layer = input.Slice(1, (input.Length - 1) / Sha256Hash.Length * Sha256Hash.Length);
        Sha256Hash root = MerkleTree.RootOfLayer(layer, height);
        FuzzException.Require(root == PlainRoot(layer, height), "the root is that of the padded tree");

        int pieceLength = BlockRange.BlockLength << height;
        int pieces = layer.Length / Sha256Hash.Length;
        long fileLength = ((long)(pieces - 1) * pieceLength) + 1;
        FuzzException.Require(MerkleTree.IsPieceLayer(layer, fileLength, pieceLength, root), "a layer leads to its root");
        FuzzException.Require(!MerkleTree.IsPieceLayer(layer, fileLength + pieceLength, pieceLength, root), "a layer of too few nodes is refused");
        byte[] spoiled = layer.ToArray();
        spoiled[input[0] % spoiled.Length] ^= 1;
        FuzzException.Require(!MerkleTree.IsPieceLayer(spoiled, fileLength, pieceLength, root), "a spoiled layer is refused");
    }

    private static Sha256Hash PlainRoot(ReadOnlySpan<byte> layer, int height)
    {
        var nodes = new List<Sha256Hash>();
        for (; !layer.IsEmpty; layer = layer[Sha256Hash.Length..])
            nodes.Add(new Sha256Hash(layer[..Sha256Hash.Length]));
        while (!int.IsPow2(nodes.Count))
            nodes.Add(MerkleTree.PaddingAt(height));
        while (nodes.Count > 1)
            nodes = [.. nodes.Chunk(2).Select(pair => MerkleTree.Parent(pair[0], pair[1]))];
        return nodes[0];
    }
}
