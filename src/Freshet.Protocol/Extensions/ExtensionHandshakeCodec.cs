using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Extensions;

/// <summary>Reads and writes the handshake of BEP 10. A key of a wrong type or value counts as not said; only what is no dictionary is refused.</summary>
public static class ExtensionHandshakeCodec
{
    /// <summary>Extensions that are remembered of a peer: some know thirty.</summary>
    private const int MaxMessages = 64;

    /// <summary>An extension's name: <c>upload_only</c> and <c>lt_donthave</c> are among the longer ones.</summary>
    private const int MaxNameLength = 32;

    private const int MaxClientLength = 64;

    /// <summary>Reads a handshake.</summary>
    /// <returns>False where the bytes do not start with a bencoded dictionary.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out ExtensionHandshake? handshake)
    {
        handshake = null;
        // Some senders put more behind the dictionary; BEP 10 does not say that it ends the message.
        if (!BencodeDocument.TryParsePrefix(body, BencodeLimits.Wire, out BencodeDocument document, out _)
            || document.Root.Kind != BencodeKind.Dictionary)
        {
            return false;
        }

        BencodeValue root = document.Root;
        handshake = new ExtensionHandshake
        {
            Messages = ReadMessages(root["m"u8]),
            ListenPort = IntegerIn(root["p"u8], 1, ushort.MaxValue),
            Client = root["v"u8].TryGetBytes(out ReadOnlySpan<byte> client) ? CleanText.Read(client, MaxClientLength) : null,
            YourAddress = ReadAddress(root["yourip"u8]),
            RequestQueue = root["reqq"u8].TryGetInteger(out long queue) ? (int)Math.Clamp(queue, 1, int.MaxValue) : null,
            UploadOnly = root["upload_only"u8].TryGetInteger(out long uploadOnly) ? uploadOnly != 0 : null,
            MetadataSize = IntegerIn(root["metadata_size"u8], 1, int.MaxValue),
        };
        return true;
    }

    /// <summary>Writes a handshake; what is null is not said.</summary>
    public static void Write(ExtensionHandshake handshake, BencodeWriter writer)
    {
        writer.Dictionary();
        WriteMessages(handshake.Messages, writer.Key("m"u8));
        if (handshake.MetadataSize is { } metadataSize)
            writer.Key("metadata_size"u8).Integer(metadataSize);
        if (handshake.ListenPort is { } port)
            writer.Key("p"u8).Integer(port);
        if (handshake.RequestQueue is { } queue)
            writer.Key("reqq"u8).Integer(queue);
        if (handshake.UploadOnly is { } uploadOnly)
            writer.Key("upload_only"u8).Integer(uploadOnly ? 1 : 0);
        if (handshake.Client is { } client)
            writer.Key("v"u8).String(client);
        if (handshake.YourAddress is { } address)
            WriteAddress(address, writer.Key("yourip"u8));
        writer.End();
    }

    private static Dictionary<string, byte> ReadMessages(BencodeValue messages)
    {
        var result = new Dictionary<string, byte>(StringComparer.Ordinal);
        foreach (BencodePair pair in messages.Pairs)
        {
            if (result.Count == MaxMessages)
                break;
            if (pair.Key.Length is 0 or > MaxNameLength || pair.Key.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
                continue;
            if (pair.Value.TryGetInteger(out long number) && number is >= 0 and <= byte.MaxValue)
                result.TryAdd(Encoding.ASCII.GetString(pair.Key), (byte)number);
        }

        return result;
    }

    private static void WriteMessages(IReadOnlyDictionary<string, byte> messages, BencodeWriter writer)
    {
        writer.Dictionary();
        foreach (KeyValuePair<string, byte> message in messages.OrderBy(message => message.Key, StringComparer.Ordinal))
            writer.Key(Encoding.ASCII.GetBytes(message.Key)).Integer(message.Value);
        writer.End();
    }

    private static int? IntegerIn(BencodeValue value, int least, int most)
        => value.TryGetInteger(out long number) && number >= least && number <= most ? (int)number : null;

    private static IPAddress? ReadAddress(BencodeValue value)
    {
        if (!value.TryGetBytes(out ReadOnlySpan<byte> bytes) || bytes.Length is not (4 or 16))
            return null;
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static void WriteAddress(IPAddress address, BencodeWriter writer)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        writer.String(bytes[..(address.AddressFamily == AddressFamily.InterNetwork ? 4 : length)]);
    }
}
