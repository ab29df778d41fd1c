using System.Buffers;
using System.Text;

namespace Freshet.Core;

/// <summary>
/// Makes one element of a torrent's path safe for a file system: the result has no separator, names no parent or device, and shows as what it is. Every
/// name that comes from outside goes through here, whichever door it came in by (THREATS P1, P3, P4, P6).
/// </summary>
public static class PathSanitizer
{
    /// <summary>What stands in for a character that may not be there, and for a name with nothing left.</summary>
    public const char Substitute = '_';

    // File systems take 255 bytes (NTFS: UTF-16 units): 240 leave room for an extension and for the number of a duplicate.
    private const int MaxNameLength = 240;

    // A UTF-16 unit in UTF-8.
    private const int LongestUnit = 3;

    // What counts as an extension, dot included, when a long name is cut.
    private const int MaxExtensionLength = 9;

    // Most names: nothing to look at rune by rune.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .-_()[],&'");

    private static readonly SearchValues<char> WindowsForbidden = SearchValues.Create("<>:\"|?*");

    private static readonly HashSet<string> WindowsDevices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>The safe form of a name; <c>_</c> where nothing is left of it.</summary>
    /// <param name="name">The name as the torrent says it, U+FFFD where it is no valid text.</param>
    /// <param name="rules">The target's rules.</param>
    public static string Sanitize(string name, PathRules rules) => TrySanitize(name, rules, out string safe) ? safe : Substitute.ToString();

    /// <summary>The safe form of a name; false where nothing is left of it, as of <c>..</c> or <c>/</c>. An empty name gives <c>_</c>.</summary>
    public static bool TrySanitize(string name, PathRules rules, out string safe)
    {
        safe = name;
        if (name.Length == 0)
        {
            safe = Substitute.ToString();
            return true;
        }

        if (name.AsSpan().ContainsAnyExcept(Plain))
            safe = Clean(name, rules);
        safe = Shorten(safe, rules);
        if (safe.Length == 0 || safe is "." or "..")
            return false;
        if (rules != PathRules.Windows)
            return true;

        safe = safe.TrimEnd(' ', '.');
        if (IsDevice(safe))
            safe = Shorten(Substitute + safe, rules).TrimEnd(' ', '.');
        return safe.Length > 0;
    }

    // Windows takes what comes before the first dot, without spaces at its end.
    private static bool IsDevice(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return WindowsDevices.Contains((dot < 0 ? name : name[..dot]).TrimEnd(' '));
    }

    private static string Clean(string name, PathRules rules)
    {
        var clean = new StringBuilder(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (IsDropped(rune.Value))
                continue;
            bool forbidden = rune == Rune.ReplacementChar || Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029
                || (rules == PathRules.Windows && rune.IsBmp && WindowsForbidden.Contains((char)rune.Value));
            if (forbidden)
                clean.Append(Substitute);
            else
                clean.AppendRune(rune);
        }

        return clean.ToString();
    }

    // Separators, and what is invisible or turns the direction of text, so that a name could pass for another.
    private static bool IsDropped(int c) => c is '/' or '\\'
        or 0x00AD or 0x061C or 0x180E
        or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E)
        or (>= 0x2060 and <= 0x2064) or (>= 0x2066 and <= 0x206F)
        or 0xFEFF or (>= 0xE0000 and <= 0xE007F);

    private static string Shorten(string name, PathRules rules)
    {
        if (name.Length <= MaxNameLength / LongestUnit || LengthOf(name, rules) <= MaxNameLength)
            return name;
        int kept = 0;
        int length = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            // The character that crosses the limit stays whole, as in other clients: their files of the same torrent have the same names.
            if (length >= MaxNameLength)
                break;
            length += rules == PathRules.Windows ? rune.Utf16SequenceLength : rune.Utf8SequenceLength;
            kept += rune.Utf16SequenceLength;
        }

        int dot = name.LastIndexOf('.');
        bool hasExtension = dot >= kept && LengthOf(name.AsSpan(dot), rules) <= MaxExtensionLength;
        return hasExtension ? string.Concat(name.AsSpan(0, kept), name.AsSpan(dot)) : name[..kept];
    }

    private static int LengthOf(ReadOnlySpan<char> name, PathRules rules)
        => rules == PathRules.Windows ? name.Length : Encoding.UTF8.GetByteCount(name);
}
