using System.Text;
using Freshet.Core;
using Freshet.Core.Tests;

namespace Freshet.Fuzz.Targets;

/// <summary>The reader, the table and the writer of bencoding; what is read is written again and must be the same bytes where the keys were in order.</summary>
public sealed class BencodeTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "bencode";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 8192 + (200L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var writer = new BencodeWriter();
        WriteValue(writer, random, 0);
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        BencodeLimits limits = input.Length % 2 == 0 ? BencodeLimits.Metainfo : BencodeLimits.Wire;
        if (!BencodeDocument.TryParsePrefix(input, limits, out BencodeDocument document, out BencodeError error))
        {
            FuzzException.Require(error.IsError && error.Position >= 0 && error.Position <= input.Length, "an error has a position inside the input");
            FuzzException.Require(!BencodeDocument.TryParse(input, limits, out _, out _), "no value is whole that is no prefix");
            return;
        }

        FuzzException.Require(document.Length > 0 && document.Length <= input.Length, "a value has bytes");
        FuzzException.Require(document.Root.Raw.SequenceEqual(input[..document.Length]), "the root's raw bytes are the document");
        if (document.FirstUnsortedKey >= 0 || document.FirstDuplicateKey >= 0)
            return;
        var writer = new BencodeWriter(input.Length);
        BencodeCopy.Write(document.Root, writer);
        FuzzException.Require(writer.Written.SequenceEqual(document.Root.Raw), "what is in order is written as it was read");
    }

    // Depth is bounded by the limits that the document was read with.
    private static void WriteValue(BencodeWriter writer, SeededRandom random, int depth)
    {
        switch (random.Next(depth > 5 ? 2 : 4))
        {
            case 0:
                writer.Integer((long)random.NextUInt64() >> random.Next(64));
                break;
            case 1:
                byte[] bytes = new byte[random.Next(20)];
                random.NextBytes(bytes);
                writer.String(bytes);
                break;
            case 2:
                writer.List();
                for (int i = random.Next(5); i > 0; i--)
                    WriteValue(writer, random, depth + 1);
                writer.End();
                break;
            default:
                writer.Dictionary();
                for (int i = random.Next(5); i > 0; i--)
                    WriteValue(writer.Key(Encoding.ASCII.GetBytes($"key{9 - i}")), random, depth + 1);
                writer.End();
                break;
        }
    }
}
