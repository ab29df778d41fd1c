using System.CommandLine;
using System.Globalization;
using System.Text;
using Freshet.Cli.Dht;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet dht get</c> and <c>put</c>: what the DHT keeps for others (BEP 44).</summary>
internal sealed class DhtItemCommands(DhtFlags flags, DhtAsker asker)
{
    private readonly Argument<string> _name = new("TARGET|KEY")
    {
        Description = "The item: 40 hex digits of its value's SHA-1, or 64 of the public key that signs it",
    };

    private readonly Argument<string?> _value = new("TEXT") { Description = "The text to put", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<FileInfo?> _file = new("--file") { Description = "Put the bytes of this file, in place of a text", HelpName = "F" };
    private readonly Option<string?> _salt = new("--salt") { Description = "What tells apart the items of one key, at most 64 bytes", HelpName = "S" };

    private readonly Option<FileInfo?> _key = new("--key")
    {
        Description = "Sign with the private key of this file (64 hex digits), so that the item can be changed; made where there is none",
        HelpName = "FILE",
    };

    private readonly Option<long?> _sequence = new("--seq") { Description = "The number of this value; by default one more than the newest that is found", HelpName = "N" };
    private readonly Option<long?> _expected = new("--cas") { Description = "Only in place of the value with this number", HelpName = "N" };

    public Command Get()
    {
        Command get = flags.AddTo(new Command("get", "Get an item (BEP 44)") { _name, _salt });
        get.SetAction(GetAsync);
        return get;
    }

    public Command Put()
    {
        Command put = flags.AddTo(new Command("put", "Put an item (BEP 44); nodes keep it for two hours") { _value, _file, _key, _salt, _sequence, _expected });
        put.SetAction(PutAsync);
        return put;
    }

    private Task<int> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string name = parsed.GetRequiredValue(_name);
        byte[] salt = Encoding.UTF8.GetBytes(parsed.GetValue(_salt) ?? "");
        if (salt.Length > 64)
            throw new CommandFailure(ExitCode.Usage, "--salt takes at most 64 bytes.");
        Func<DhtClient, CancellationToken, Task<DhtItemResult>> ask;
        if (InfoHash.TryParse(name, out InfoHash target))
            ask = (client, stop) => client.GetAsync(target, stop);
        else if (TryHex(name, 32) is { } key)
            ask = (client, stop) => client.GetAsync(key, salt, stop);
        else
            throw new CommandFailure(ExitCode.Usage, $"an item is named by 40 hex digits (the SHA-1 of its value) or 64 (a public key), not by '{TerminalText.Escape(name)}'.");
        return asker.AskAsync(
            parsed,
            ask,
            static (context, item) =>
            {
                if (item.Value is { } value)
                    context.Say(TextOf(value.Span));
                return item.Value is not null;
            },
            WriteItem,
            cancellationToken);
    }

    private async Task<int> PutAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        byte[] content = (parsed.GetValue(_file), parsed.GetValue(_value)) switch
        {
            ({ } file, null) => await ReadAsync(file, cancellationToken),
            (null, { } text) => Encoding.UTF8.GetBytes(text),
            _ => throw new CommandFailure(ExitCode.Usage, "give a text to put, or --file, one of them."),
        };
        byte[] value = new BencodeWriter(content.Length + 8).String(content).Written.ToArray();
        if (value.Length > 1000)
            throw new CommandFailure(ExitCode.Usage, $"an item has at most 1,000 bytes with its length in front; this one has {value.Length}.");
        byte[] salt = Encoding.UTF8.GetBytes(parsed.GetValue(_salt) ?? "");
        FileInfo? keyFile = parsed.GetValue(_key);
        if (keyFile is null && (salt.Length > 0 || parsed.GetValue(_sequence) is not null || parsed.GetValue(_expected) is not null))
            throw new CommandFailure(ExitCode.Usage, "--salt, --seq and --cas are for items that a key signs: give --key.");
        if (salt.Length > 64)
            throw new CommandFailure(ExitCode.Usage, "--salt takes at most 64 bytes.");
        SigningKey? key = keyFile is null ? null : await SigningKey.LoadOrCreateAsync(keyFile.FullName, cancellationToken);
        return await asker.AskAsync(
            parsed,
            (client, stop) => key is null
                ? client.PutAsync(value, stop)
                : client.PutAsync(value, key.Seed, salt, parsed.GetValue(_sequence), parsed.GetValue(_expected), stop),
            static (context, item) =>
            {
                context.Say(item.PublicKey is null ? $"target: {item.Target}" : string.Create(CultureInfo.InvariantCulture, $"key: {item.PublicKey}, number {item.Sequence}"));
                return item.Stored > 0;
            },
            WriteItem,
            cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return file.Length > 1000
                ? throw new CommandFailure(ExitCode.Usage, $"an item has at most 1,000 bytes; {file} has {file.Length}.")
                : await File.ReadAllBytesAsync(file.FullName, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.SourceUnreadable, $"{file} cannot be read: {error.Message}");
        }
    }

    private static void WriteItem(System.Text.Json.Utf8JsonWriter json, DhtItemResult item)
    {
        json.WriteString("publicKey", item.PublicKey);
        JsonText.WriteOptional(json, "sequence", item.Sequence);
        json.WriteString("valueHex", item.Value is { } value ? Convert.ToHexStringLower(value.Span) : null);
        json.WriteString("text", item.Value is { } text ? TextOf(text.Span) : null);
    }

    /// <summary>A value that is a string as its text, any other as it stands; made harmless.</summary>
    private static string TextOf(ReadOnlySpan<byte> value)
    {
        var reader = new BencodeReader(value, BencodeLimits.Wire);
        ReadOnlySpan<byte> text = reader.Read() && reader.Token == BencodeToken.String ? reader.Bytes : value;
        return TerminalText.Escape(Encoding.UTF8.GetString(text));
    }

    private static byte[]? TryHex(string text, int bytes)
        => text.Length == 2 * bytes && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
}
