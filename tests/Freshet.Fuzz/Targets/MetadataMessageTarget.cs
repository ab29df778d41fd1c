using System.Text;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Fuzz.Targets;

/// <summary>The messages of BEP 9: what is read is written and read again as the same, and a piece begins where the dictionary ends.</summary>
public sealed class MetadataMessageTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "metadata-message";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 16_384 + (100L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        byte[] piece = new byte[random.Next(100)];
        random.NextBytes(piece);
        string extra = random.Chance(0.2) ? "5:extral3:abci4ee" : "";
        return [.. Encoding.ASCII.GetBytes($"d{extra}8:msg_typei{random.Next(5) - 1}e5:piecei{random.Next(3000) - 1}e10:total_sizei{random.Next(1 << 30) - 1}ee"), .. piece];
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!MetadataCodec.TryParse(input, out MetadataMessage message, out int headLength))
            return;
        FuzzException.Require(headLength is > 0 and <= MetadataCodec.MaxHead && headLength <= input.Length, "the head is bounded");
        FuzzException.Require(message.Piece >= -1 && message.TotalSize >= 0, "numbers are bounded");
        if (message.Kind > MetadataMessageKind.Reject)
            return;
        var writer = new BencodeWriter();
        MetadataCodec.Write(message, writer);
        FuzzException.Require(MetadataCodec.TryParse(writer.Written, out MetadataMessage again, out int length) && length == writer.Written.Length, "what is written is read");
        FuzzException.Require((again.Kind, again.Piece) == (message.Kind, message.Piece), "what is written says what was read");
        FuzzException.Require(message.Kind != MetadataMessageKind.Data || again.TotalSize == message.TotalSize, "sizes come back");
    }
}
