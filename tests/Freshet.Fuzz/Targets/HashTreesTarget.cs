using System.Buffers.Binary;
using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>
/// What peers ask of hash trees and what they answer (BEP 52), against trees that are known: nothing but the truth is taken into the piece layers, nothing but the truth goes
/// out, and neither crashes or costs memory whatever the numbers are.
/// </summary>
public sealed class HashTreesTarget : IFuzzTarget
{
    private const int PieceLength = 2 * BlockRange.BlockLength;

    // One block, one piece, a layer of 3, one of 513: two runs, of which the second has one hash.
    private static readonly long[] Lengths = [100, PieceLength, (2 * PieceLength) + 5, (512L * PieceLength) + 1];

    private static readonly byte[][] Layers = [.. Lengths.Select(MakeLayer)];
    private static readonly PieceLayout Layout = MakeLayout();
    private static readonly PieceTrees Trees = new(Layout);

    private static readonly PieceLayers Known = new(Trees, Enumerable.Range(2, 2).ToDictionary(i => RootOf(i), i => (ReadOnlyMemory<byte>)Layers[i]));

    /// <inheritdoc/>
    public string Name => "hash-trees";

    /// <inheritdoc/>
    public int Iterations => 5_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 400_000 + (64L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        FileEntry file = Layout.Files[random.Next(Lengths.Length)];
        HashRequest request = random.Chance(0.5) && Trees.HasLayer(file)
            ? Trees.LayerRequest(file, random.Next(((Trees.PiecesIn(file) - 1) / HashRequest.LayerLength) + 1))
            : new HashRequest(file.PiecesRoot!.Value, random.Next(4), random.Next(8) * 2, 1 << random.Next(11), random.Next(12));
        byte[] hashes = request.IsWellFormed && Known.Answer(request) is { } right ? right.Hashes.ToArray() : new byte[random.Next(40) * Sha256Hash.Length];
        byte[] input = new byte[HashRequest.EncodedLength + hashes.Length];
        request.Write(input);
        hashes.CopyTo(input, HashRequest.EncodedLength);
        if (random.Chance(0.3))
            BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(32 + (4 * random.Next(4))), (int)random.NextUInt64());
        return input;
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HashRequest.EncodedLength)
            return;
        HashRequest request = HashRequest.Read(input);
        ReadOnlySpan<byte> hashes = input[HashRequest.EncodedLength..];
        if (!request.IsWellFormed)
            return;

        // As a server.
        if (Known.Answer(request) is { } given)
        {
            FuzzException.Require(given.Hashes.Length == request.HashCount * Sha256Hash.Length, "an answer has as many hashes as are asked for");
            FuzzException.Require(request.TopHeight < PieceTrees.HeightOf(Trees.FileOf(request.Root)!) || request.Lead(given.Hashes.Span) == request.Root, "an answer with all proof leads to the root");
        }

        // As a client, which takes only answers of the right length off the wire.
        if (hashes.Length != request.HashCount * Sha256Hash.Length)
            return;
        var learning = new PieceLayers(Trees, new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>());
        bool isTaken = learning.TryAdd(new HashAnswer(request, hashes.ToArray()));
        bool isTrue = Known.Answer(request) is { } right && right.Hashes.Span.SequenceEqual(hashes);
        FuzzException.Require(!isTaken || isTrue, "only what is true is taken");
        for (int i = 0; isTaken && i < Layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            FuzzException.Require(!learning.TryGet(piece, out Sha256Hash root) || (Known.TryGet(piece, out Sha256Hash truth) && truth == root), "what is known is true");
        }
    }

    private static byte[] MakeLayer(long length)
    {
        byte[] layer = new byte[(length + PieceLength - 1) / PieceLength * Sha256Hash.Length];
        new SeededRandom((ulong)length).NextBytes(layer);
        return layer;
    }

    // Of files of one piece the "layer" is the root.
    private static Sha256Hash RootOf(int file) => MerkleTree.RootOfLayer(Layers[file], 1);

    private static PieceLayout MakeLayout()
    {
        var files = new List<FileEntry>();
        long offset = 0;
        for (int i = 0; i < Lengths.Length; i++)
        {
            files.Add(new FileEntry { Index = new FileIndex(i), Path = $"{i}", OriginalPath = $"{i}", Length = Lengths[i], Offset = offset, PiecesRoot = RootOf(i) });
            offset += Lengths[i];
        }

        return PieceLayout.StartingPiecesAtFiles(files, PieceLength);
    }
}
