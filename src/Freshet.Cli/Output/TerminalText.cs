using System.Globalization;
using System.Text;

namespace Freshet.Cli.Output;

/// <summary>
/// Makes text of strangers safe for a terminal: names, comments, client names and tracker messages may hold escape sequences, control characters and
/// characters that turn the direction of writing (THREATS B13, P4). Each is shown as its code in place of doing its work.
/// </summary>
internal static class TerminalText
{
    /// <summary>The text with every character that is not plainly visible written as <c>\xNN</c> or <c>\u{NNNN}</c>, on one line.</summary>
    public static string Escape(string text)
    {
        int safe = 0;
        while (safe < text.Length && IsPlain(text[safe]))
            safe++;
        if (safe == text.Length)
            return text;
        var escaped = new StringBuilder(text, 0, safe, text.Length + 16);
        foreach (Rune rune in text.AsSpan(safe).EnumerateRunes())
        {
            if (IsVisible(rune))
                escaped.Append(rune.ToString());
            else if (rune.Value <= 0xFF)
                escaped.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x4}}}");
        }

        return escaped.ToString();
    }

    private static bool IsPlain(char c) => c is >= ' ' and <= '~';

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
