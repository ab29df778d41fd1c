using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Fuzz.Targets;

/// <summary>The handshake of BEP 10: what is read is written and read again as the same.</summary>
public sealed class ExtensionHandshakeTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "extension-handshake";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 32_768 + (300L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var writer = new BencodeWriter();
        writer.Dictionary();
        WriteMessages(writer.Key("m"u8), random);
        if (random.Chance(0.3))
            writer.Key("metadata_size"u8).Integer(random.Next(1 << 30));
        if (random.Chance(0.5))
            writer.Key("p"u8).Integer(random.Next(70_000));
        if (random.Chance(0.5))
            writer.Key("reqq"u8).Integer(random.Next(3000));
        if (random.Chance(0.3))
            writer.Key("upload_only"u8).Integer(random.Next(2));
        if (random.Chance(0.7))
            writer.Key("v"u8).String(Encoding.UTF8.GetBytes(random.Chance(0.5) ? "µTorrent 3.5" : "\u001b[2J\u202Ea\n" + new string('x', random.Next(80))));
        if (random.Chance(0.5))
        {
            byte[] address = new byte[random.Chance(0.5) ? 4 : 16];
            random.NextBytes(address);
            writer.Key("yourip"u8).String(address);
        }

        return writer.End().ToArray();
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!ExtensionHandshakeCodec.TryParse(input, out ExtensionHandshake? read))
            return;
        FuzzException.Require(read.Client is null or { Length: > 0 and <= 64 } && !(read.Client ?? "").Any(char.IsControl), "a name is short and harmless");
        FuzzException.Require(read.ListenPort is null or (>= 1 and <= 65535), "a port is a port");
        FuzzException.Require(read.RequestQueue is null or >= 1, "a queue has a place");
        FuzzException.Require(read.MetadataSize is null or >= 1, "metadata has a size");
        var writer = new BencodeWriter();
        ExtensionHandshakeCodec.Write(read, writer);
        FuzzException.Require(ExtensionHandshakeCodec.TryParse(writer.ToArray(), out ExtensionHandshake? again), "what is written is read");
        FuzzException.Require(again! with { Messages = read.Messages } == read, "what is written says what was read");
        FuzzException.Require(again.Messages.OrderBy(m => m.Key, StringComparer.Ordinal).SequenceEqual(read.Messages.OrderBy(m => m.Key, StringComparer.Ordinal)), "all messages come back");
    }

    private static void WriteMessages(BencodeWriter writer, SeededRandom random)
    {
        writer.Dictionary();
        for (int i = 0; i < random.Next(6); i++)
            writer.Key(Encoding.ASCII.GetBytes($"ut_{(char)('a' + i)}")).Integer(random.Next(300) - 5);
        writer.End();
    }
}
