using Freshet.Core;

namespace Freshet.Protocol.Extensions;

/// <summary>What a message of BEP 9 is about.</summary>
internal enum MetadataMessageKind : byte
{
    /// <summary>Asks for a piece.</summary>
    Request = 0,

    /// <summary>Gives a piece, which follows the dictionary.</summary>
    Data = 1,

    /// <summary>Declines to.</summary>
    Reject = 2,
}

/// <summary>A message of BEP 9 without the bytes of a piece.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Piece">Which piece.</param>
/// <param name="TotalSize">The size of the whole info dictionary; 0 where it was not said.</param>
internal readonly record struct MetadataMessage(MetadataMessageKind Kind, int Piece, int TotalSize = 0);

/// <summary>Reads and writes the messages of BEP 9: a small dictionary, behind which a piece of the info dictionary may follow.</summary>
internal static class MetadataCodec
{
    /// <summary>Bytes of the dictionary; real ones take less than 60, some senders add keys of their own.</summary>
    public const int MaxHead = 1024;

    /// <summary>Nothing honest has nested values here.</summary>
    private static readonly BencodeLimits Limits = new(4, 64);

    /// <summary>Reads a message.</summary>
    /// <param name="body">What follows the message's number.</param>
    /// <param name="message">What it says.</param>
    /// <param name="headLength">Where the piece begins.</param>
    /// <returns>False where it does not begin with a dictionary that says what it is about and a piece.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, out MetadataMessage message, out int headLength)
    {
        message = default;
        headLength = 0;
        if (!BencodeDocument.TryParsePrefix(body, Limits, out BencodeDocument document, out _) || document.Root.Kind != BencodeKind.Dictionary || document.Length > MaxHead)
            return false;
        if (!document.Root["msg_type"u8].TryGetInteger(out long kind) || !document.Root["piece"u8].TryGetInteger(out long piece))
            return false;

        // BEP 9: messages of kinds that are not known are to be ignored. Sizes beyond any bound count as not said.
        long size = document.Root["total_size"u8].TryGetInteger(out long said) && said is > 0 and <= int.MaxValue ? said : 0;
        message = new MetadataMessage((MetadataMessageKind)Math.Clamp(kind, byte.MinValue, byte.MaxValue), (int)Math.Clamp(piece, -1, int.MaxValue), (int)size);
        headLength = document.Length;
        return true;
    }

    /// <summary>Writes a message; the bytes of a piece are for the caller to add.</summary>
    public static void Write(MetadataMessage message, BencodeWriter writer)
    {
        writer.Dictionary();
        writer.Key("msg_type"u8).Integer((int)message.Kind);
        writer.Key("piece"u8).Integer(message.Piece);
        if (message.Kind == MetadataMessageKind.Data)
            writer.Key("total_size"u8).Integer(message.TotalSize);
        writer.End();
    }
}
