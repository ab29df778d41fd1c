using System.Globalization;

namespace Freshet.Cli.Parsing;

/// <summary>Sizes as people write them: <c>64MiB</c>, <c>64M</c> (binary units), <c>500KB</c> (decimal with B), <c>1000</c> (bytes).</summary>
internal static class SizeText
{
    public const string Help = "like 64MiB or 1GiB";

    private static readonly (string Suffix, double Factor)[] Units =
    [
        ("", 1), ("B", 1),
        ("K", 1L << 10), ("KIB", 1L << 10), ("KB", 1e3),
        ("M", 1L << 20), ("MIB", 1L << 20), ("MB", 1e6),
        ("G", 1L << 30), ("GIB", 1L << 30), ("GB", 1e9),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        int digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        string suffix = text[digits..].Trim().ToUpperInvariant();
        double factor = Units.FirstOrDefault(unit => unit.Suffix == suffix).Factor;
        bytes = 0;
        if (factor == 0 || !double.TryParse(text.AsSpan(0, digits), CultureInfo.InvariantCulture, out double number) || number * factor > long.MaxValue / 2)
            return false;
        bytes = (long)(number * factor);
        return true;
    }
}
