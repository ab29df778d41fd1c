using System.Text;

namespace Freshet.Core;

/// <summary>Text from strangers, made fit to be shown: in a terminal it moves no cursor, and it reads in the order it is written (THREATS P4).</summary>
public static class DisplayText
{
    /// <summary>The text with U+FFFD for every control character and every mark that turns the direction of text, cut to a length.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="maxLength">The most UTF-16 units to show; what is cut off shows as an ellipsis.</param>
    public static string Safe(string text, int maxLength = int.MaxValue)
    {
        bool isCut = text.Length > maxLength;
        ReadOnlySpan<char> shown = isCut ? text.AsSpan(0, maxLength) : text;
        if (!isCut && !NeedsChange(shown))
            return text;
        var safe = new StringBuilder(shown.Length + 1);
        foreach (Rune rune in shown.EnumerateRunes())
            safe.AppendRune(IsHarmful(rune) ? Rune.ReplacementChar : rune);
        return isCut ? safe.Append('…').ToString() : safe.ToString();
    }

    private static bool NeedsChange(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsHarmful(rune))
                return true;
        }

        return false;
    }

    private static bool IsHarmful(Rune rune) => Rune.IsControl(rune)
        || rune.Value is 0x061C or 0x200E or 0x200F or 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
