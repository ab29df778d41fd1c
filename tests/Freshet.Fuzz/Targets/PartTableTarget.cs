using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.Fuzz.Targets;

/// <summary>Heads of part files, which lie in folders that others may write to.</summary>
public sealed class PartTableTarget : IFuzzTarget
{
    private const int Pieces = 40;
    private const int PieceLength = 32 * 1024;

    /// <inheritdoc/>
    public string Name => "part-table";

    /// <inheritdoc/>
    public int Iterations => 5_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65536 + (64L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var table = new PartTable(Pieces, PieceLength);
        for (int i = random.Next(Pieces); i > 0; i--)
        {
            int piece = random.Next(Pieces);
            if (!table.Has(piece))
                table.Take(piece);
        }

        return table.ToArray();
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isSound = PartTable.TryParse(input, Pieces, PieceLength, out PartTable table);
        FuzzException.Require(isSound || table.Count == 0, "an unsound head keeps nothing");
        var offsets = new HashSet<long>();
        int count = 0;
        for (int piece = 0; piece < Pieces; piece++)
        {
            if (!table.Has(piece))
                continue;
            count++;
            FuzzException.Require(offsets.Add(table.OffsetOf(piece)), "no two pieces share a slot");
            FuzzException.Require(table.OffsetOf(piece) >= table.Length && table.OffsetOf(piece) <= 4096 + ((long)Pieces * PieceLength), "a slot lies behind the head, within bounds");
        }

        FuzzException.Require(count == table.Count, "slots are counted");
        for (int piece = 0; piece < Pieces; piece++)
        {
            if (!table.Has(piece))
                table.Take(piece);
            FuzzException.Require(offsets.Contains(table.OffsetOf(piece)) || offsets.Add(table.OffsetOf(piece)), "every piece finds a slot");
        }

        FuzzException.Require(offsets.Count == Pieces, "of its own");
        FuzzException.Require(!isSound || PartTable.TryParse(table.ToArray(), Pieces, PieceLength, out _), "what is written is sound");
    }
}
