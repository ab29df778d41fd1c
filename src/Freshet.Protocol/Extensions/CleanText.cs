using System.Globalization;
using System.Text;

namespace Freshet.Protocol.Extensions;

/// <summary>
/// Reads a stranger's short text and leaves out what is not fit to be shown (B13, P4): no control characters (which move a terminal's cursor), none that turn the
/// writing direction (which make text read as other text), no lone surrogates, and not more than is asked for.
/// </summary>
internal static class CleanText
{
    /// <summary>Reads UTF-8; what is not UTF-8 becomes U+FFFD. Null where nothing is left.</summary>
    /// <param name="utf8">The stranger's bytes.</param>
    /// <param name="maxLength">The most characters (UTF-16 units) to keep.</param>
    public static string? Read(ReadOnlySpan<byte> utf8, int maxLength)
    {
        var text = new StringBuilder();
        while (!utf8.IsEmpty && text.Length < maxLength)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int used);
            utf8 = utf8[used..];
            if (text.Length + rune.Utf16SequenceLength > maxLength)
                break;
            if (!IsDropped(Rune.GetUnicodeCategory(rune)))
                text.Append(rune);
        }

        string cleaned = text.ToString().Trim();
        return cleaned.Length == 0 ? null : cleaned;
    }

    private static bool IsDropped(UnicodeCategory category) => category
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
