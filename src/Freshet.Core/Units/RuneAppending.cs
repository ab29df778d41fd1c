using System.Text;

namespace Freshet.Core;

/// <summary>Appends a rune without the string that <see cref="StringBuilder.Append(object)"/> would make of it.</summary>
internal static class RuneAppending
{
    public static StringBuilder AppendRune(this StringBuilder text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        int length = rune.EncodeToUtf16(units);
        return text.Append(units[..length]);
    }
}
