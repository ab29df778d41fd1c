using System.Text;
using System.Text.Unicode;

namespace Freshet.Core;

/// <summary>
/// Text of a torrent: UTF-8 as BEP 3 says, else in the encoding that the torrent's <c>encoding</c> key names, where it names one, else with a U+FFFD for each
/// sequence that is none.
/// </summary>
internal sealed class TorrentText
{
    private readonly Encoding? _declared;

    public TorrentText(BencodeValue encoding)
    {
        if (encoding.TryGetText(out string name) && !name.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            _declared = Find(name.Trim());
    }

    public string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        return _declared is null ? DecodeInvalid(bytes) : _declared.GetString(bytes);
    }

    private static Encoding? Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? (IsLatin1(name) ? Encoding.Latin1 : null);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsLatin1(string name)
        => name.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase) || name.Equals("latin1", StringComparison.OrdinalIgnoreCase);

    // One U+FFFD for a bad first byte and the continuation bytes after it: what was meant to be one character stays one.
    private static string DecodeInvalid(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
            {
                text.AppendRune(rune);
            }
            else
            {
                text.Append('\uFFFD');
                length = 1;
                while (length < bytes.Length && (bytes[length] & 0xC0) == 0x80)
                    length++;
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
