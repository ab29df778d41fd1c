using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;

namespace Freshet.Fuzz.Targets;

/// <summary>The lists in a resume record as the state file holds them (THREATS B11): what is read is written again and must be the same bytes.</summary>
public sealed class ResumeRecordTarget : IFuzzTarget
{
    private const int PieceCount = 1000;

    /// <inheritdoc/>
    public string Name => "resume-record";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 8192 + (100L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        if (random.Chance(0.5))
        {
            var stamps = new FileStamp[random.Next(20)];
            for (int i = 0; i < stamps.Length; i++)
                stamps[i] = new FileStamp((long)random.NextUInt64(), (long)random.NextUInt64());
            return RecordCodec.Stamps(stamps);
        }

        var partials = new List<PartialPieceRecord>();
        for (int i = random.Next(20); i > 0; i--)
        {
            byte[] blocks = new byte[random.Next(40)];
            random.NextBytes(blocks);
            partials.Add(new PartialPieceRecord(new PieceIndex(random.Next(PieceCount)), blocks));
        }

        return RecordCodec.Partials(partials);
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (RecordCodec.ParsePartials(input, PieceCount) is { } partials)
        {
            FuzzException.Require(partials.TrueForAll(partial => partial.Piece.Value is >= 0 and < PieceCount), "a partial piece is one of the torrent's");
            FuzzException.Require(RecordCodec.Partials(partials).AsSpan().SequenceEqual(input), "partial pieces are written as they were read");
        }

        if (RecordCodec.ParseStamps(input) is { } stamps)
            FuzzException.Require(RecordCodec.Stamps(stamps).AsSpan().SequenceEqual(input), "stamps are written as they were read");
    }
}
