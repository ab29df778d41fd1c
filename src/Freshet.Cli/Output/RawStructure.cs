using System.Text;
using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Output;

/// <summary>The bencoded structure of a file as it stands, valid torrent or not: each value once, long strings as their length.</summary>
internal static class RawStructure
{
    /// <summary>Longer strings are piece hashes and the like.</summary>
    private const int LongestShown = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Write(CommandContext context, ReadOnlySpan<byte> bytes, string description)
    {
        if (context.Json)
        {
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, MaxDepth = BencodeLimits.DeepestSupported + 1 }))
                WriteJson(json, bytes, description);
            context.Out.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            return;
        }

        WriteText(context.Out, bytes, description);
    }

    private static void WriteText(TextWriter output, ReadOnlySpan<byte> bytes, string description)
    {
        var reader = new BencodeReader(bytes, BencodeLimits.Metainfo);
        bool afterKey = false;
        while (reader.Read())
        {
            bool opens = reader.Token is BencodeToken.ListStart or BencodeToken.DictionaryStart;
            string indent = new(' ', 2 * Math.Max(0, reader.Depth - (opens ? 2 : 1)));
            if (reader.IsKey)
            {
                output.Write($"{indent}{TerminalText.Escape(Shown(reader.Bytes))}: ");
                afterKey = true;
                continue;
            }

            string value = reader.Token switch
            {
                BencodeToken.Integer => reader.Integer.ToString(),
                BencodeToken.String => Quoted(reader.Bytes),
                BencodeToken.ListStart => "list",
                BencodeToken.DictionaryStart => "dictionary",
                _ => "",
            };
            if (value.Length > 0)
                output.WriteLine(afterKey ? value : indent + "- " + value);
            afterKey = false;
        }

        ThrowUnlessWhole(reader, bytes.Length, description);
    }

    private static void WriteJson(Utf8JsonWriter json, ReadOnlySpan<byte> bytes, string description)
    {
        var reader = new BencodeReader(bytes, BencodeLimits.Metainfo);
        var closers = new Stack<bool>();
        while (reader.Read())
        {
            switch (reader.Token)
            {
                case BencodeToken.String when reader.IsKey:
                    json.WritePropertyName(Shown(reader.Bytes));
                    break;
                case BencodeToken.String:
                    json.WriteStringValue(UrlSecrets.RedactText(Shown(reader.Bytes)));
                    break;
                case BencodeToken.Integer:
                    json.WriteNumberValue(reader.Integer);
                    break;
                case BencodeToken.ListStart:
                    json.WriteStartArray();
                    closers.Push(true);
                    break;
                case BencodeToken.DictionaryStart:
                    json.WriteStartObject();
                    closers.Push(false);
                    break;
                case BencodeToken.End when closers.Pop():
                    json.WriteEndArray();
                    break;
                case BencodeToken.End:
                    json.WriteEndObject();
                    break;
            }
        }

        ThrowUnlessWhole(reader, bytes.Length, description);
    }

    private static void ThrowUnlessWhole(BencodeReader reader, int length, string description)
    {
        if (!reader.IsComplete)
            throw new CommandFailure(ExitCode.VerifyFailed, $"{description} is not a torrent file: {reader.Error}.");
        if (reader.Position < length)
            throw new CommandFailure(ExitCode.VerifyFailed, $"{description}: {length - reader.Position} bytes follow the end of the torrent (at byte {reader.Position}).");
    }

    private static string Quoted(ReadOnlySpan<byte> bytes) => '"' + TerminalText.Escape(UrlSecrets.RedactText(Shown(bytes))) + '"';

    private static string Shown(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= LongestShown)
        {
            try
            {
                return StrictUtf8.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                // Not text.
            }
        }

        return bytes.Length <= 2 * Sha256Hash.Length ? "0x" + Convert.ToHexStringLower(bytes) : $"({bytes.Length} bytes)";
    }
}
