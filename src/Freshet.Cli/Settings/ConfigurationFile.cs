using System.Text;
using System.Text.Json;

namespace Freshet.Cli.Settings;

/// <summary>
/// Reads the configuration file: a JSON object of keys and values, in which comments and commas at the end are allowed. A value is a text, a number, true or
/// false, a list of texts or numbers, or null for the default.
/// </summary>
internal static class ConfigurationFile
{
    /// <summary>The name under the user's folder.</summary>
    public const string Name = "config.json";

    // A person writes it: what is larger is another file.
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonReaderOptions Syntax = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 4 };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isOptional">Whether it need not be there.</param>
    /// <exception cref="CommandFailure">It cannot be read, or is not what it should be: the message names file, line and key.</exception>
    public static IReadOnlyList<GivenSetting> Read(string path, bool isOptional)
    {
        byte[] bytes;
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MaxBytes)
                throw new CommandFailure(ExitCode.Configuration, $"{path} is larger than {MaxBytes} bytes: that is no configuration file.");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception error) when (isOptional && error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Configuration, $"The configuration file {path} cannot be read: {error.Message}");
        }

        return Parse(bytes, path);
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="CommandFailure">It is not what it should be.</exception>
    public static IReadOnlyList<GivenSetting> Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var reader = new Utf8JsonReader(bytes, Syntax);
        try
        {
            return ReadObject(ref reader, bytes, path);
        }
        catch (JsonException error)
        {
            // Its own message ends in line and position, counted from zero.
            string reason = error.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw Wrong(path, (int)(error.LineNumber ?? 0) + 1, $"this is no JSON: {reason}");
        }
    }

    private static List<GivenSetting> ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string path)
    {
        var settings = new List<GivenSetting>();
        if (bytes.Trim(" \t\r\n"u8).IsEmpty)
            throw Wrong(path, 1, "the file is empty: it holds one object, at least {}");
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong(path, 1, "the file holds one object: { \"key\": value }");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int line = LineOf(bytes, reader.TokenStartIndex);
            string key = TextOf(ref reader, path, line);
            if (settings.Any(setting => setting.Key == key))
                throw Wrong(path, line, $"{key} is there twice");
            reader.Read();
            settings.Add(ReadValue(ref reader, key, path, line));
        }

        while (reader.Read())
        {
            // What stands behind the object is an error, thrown here.
        }

        return settings;
    }

    private static GivenSetting ReadValue(ref Utf8JsonReader reader, string key, string path, int line)
    {
        var texts = new List<string>();
        bool isList = reader.TokenType == JsonTokenType.StartArray;
        if (isList)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                texts.Add(ScalarOf(ref reader, key, path, line));
        }
        else if (reader.TokenType != JsonTokenType.Null)
        {
            texts.Add(ScalarOf(ref reader, key, path, line));
        }

        return new GivenSetting(key, texts, isList, "file", $"{path}, line {line}");
    }

    private static string ScalarOf(ref Utf8JsonReader reader, string key, string path, int line) => reader.TokenType switch
    {
        JsonTokenType.String => TextOf(ref reader, path, line),
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => throw Wrong(path, line, $"{key} takes a text, a number, true, false, or a list of them"),
    };

    private static string TextOf(ref Utf8JsonReader reader, string path, int line)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(path, line, "a text is not valid UTF-8");
        }
    }

    private static int LineOf(ReadOnlySpan<byte> bytes, long position) => bytes[..(int)position].Count((byte)'\n') + 1;

    private static CommandFailure Wrong(string path, int line, string what) => new(ExitCode.Configuration, $"{path}, line {line}: {what}.");
}
