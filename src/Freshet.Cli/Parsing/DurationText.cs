using System.Globalization;

namespace Freshet.Cli.Parsing;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>; a bare number is seconds.</summary>
internal static class DurationText
{
    public const string Help = "like 30s, 5m or 1h30m";

    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        double seconds = 0;
        int position = 0;
        while (position < text.Length)
        {
            int digits = position;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
                digits++;
            int letters = digits;
            while (letters < text.Length && char.IsAsciiLetter(text[letters]))
                letters++;
            if (digits == position || !double.TryParse(text[position..digits], CultureInfo.InvariantCulture, out double number))
                return false;
            string suffix = text[digits..letters];
            double unit = suffix.Length == 0 && position == 0 && letters == text.Length
                ? 1
                : Units.FirstOrDefault(u => u.Suffix == suffix).Seconds;
            if (unit == 0)
                return false;
            seconds += number * unit;
            position = letters;
        }

        if (text.Length == 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
