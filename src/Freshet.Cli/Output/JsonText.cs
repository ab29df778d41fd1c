using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Freshet.Cli.Output;

/// <summary>JSON on standard output. Everything outside ASCII and every control character is escaped, so that it is safe on a terminal too.</summary>
internal static class JsonText
{
    /// <summary>Writes an indented document.</summary>
    public static void WriteDocument(TextWriter output, Action<Utf8JsonWriter> write) => Write(output, indented: true, write);

    /// <summary>Writes one line.</summary>
    public static void WriteLine(TextWriter output, Action<Utf8JsonWriter> write) => Write(output, indented: false, write);

    /// <summary>The bytes of an indented document.</summary>
    public static ReadOnlyMemory<byte> Document(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            write(json);
        return buffer.WrittenMemory;
    }

    private static void Write(TextWriter output, bool indented, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented }))
            write(json);
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Flush();
    }

    /// <summary>A number, or null.</summary>
    public static void WriteOptional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
