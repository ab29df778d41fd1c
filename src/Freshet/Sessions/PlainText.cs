using System.Globalization;
using System.Text;
using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>Text of strangers (trackers, peers, names) for events and logs: one line, no control characters, no secrets of URLs (THREATS B13, H5).</summary>
internal static class PlainText
{
    /// <summary>What a tracker has to say fits in this; more is not worth a log's space.</summary>
    private const int Longest = 1000;

    public static string Of(string text)
    {
        string redacted = UrlSecrets.RedactText(text.Length > Longest ? text[..Longest] : text);
        if (!redacted.Any(NeedsMask))
            return redacted;
        var plain = new StringBuilder(redacted.Length);
        foreach (char c in redacted)
            plain.Append(NeedsMask(c) ? '\uFFFD' : c);
        return plain.ToString();
    }

    public static string? OrNull(string? text) => text is null ? null : Of(text);

    private static bool NeedsMask(char c) => c is not (>= ' ' and <= '~') && char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
