using System.Text;
using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>Names from strangers: whatever goes in, what comes out is one harmless element of a path, and is its own safe form.</summary>
public sealed class PathSanitizerTarget : IFuzzTarget
{
    private static readonly string[] Parts =
    [
        "..", ".", "/", "\\", " ", "con", "NUL", "com1", "a", "name.txt", ":", "*", "\0", "\u001b[2J", "\u202e", "\u200b", "\ufeff", "\ufffd", "é", "日本語", "💈", "\u2028",
        "long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_", ".torrent",
    ];

    /// <inheritdoc/>
    public string Name => "path-sanitizer";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 16384 + (64L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var name = new StringBuilder();
        for (int i = random.Next(8); i >= 0; i--)
            name.Append(Parts[random.Next(Parts.Length)]);
        return Encoding.UTF8.GetBytes(name.ToString());
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        string name = Encoding.UTF8.GetString(input);
        foreach (PathRules rules in (ReadOnlySpan<PathRules>)[PathRules.Posix, PathRules.Windows])
        {
            string safe = PathSanitizer.Sanitize(name, rules);
            RequireSafe(safe, rules);
            FuzzException.Require(PathSanitizer.Sanitize(safe, rules) == safe, "a safe name is its own safe form");
        }

        FuzzException.Require(!DisplayText.Safe(name).Any(char.IsControl), "shown text has no control characters");
    }

    /// <summary>What the disk relies on for each element of a path.</summary>
    public static void RequireSafe(string element, PathRules rules)
    {
        FuzzException.Require(element.Length > 0 && element is not ("." or ".."), "an element names a file");
        FuzzException.Require(!element.Any(c => c is '/' or '\\' or '\0') && !element.Any(char.IsControl), "an element has no separator or control character");
        FuzzException.Require(Encoding.UTF8.GetByteCount(element) <= 255 || rules == PathRules.Windows, "an element fits a file system");
        if (rules != PathRules.Windows)
            return;
        FuzzException.Require(element.Length <= 255 && element[^1] is not (' ' or '.'), "Windows keeps the element's end");
        FuzzException.Require(!element.Any(c => "<>:\"|?*".Contains(c, StringComparison.Ordinal)), "Windows takes the element's characters");
        string stem = element.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        FuzzException.Require(stem is not ("CON" or "NUL" or "AUX" or "PRN" or "COM1"), "an element is no device");
    }
}
