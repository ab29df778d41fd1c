using System.Buffers;
using System.Globalization;

namespace Freshet.Core;

/// <summary>A number of bytes, as people write it: <c>1.5 MiB</c>, <c>500K</c>, <c>10MB/s</c>.</summary>
/// <param name="Bytes">The bytes.</param>
public readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly string[] BinaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>
    /// Reads a number and a unit: <c>KiB</c>, <c>MiB</c>… and the bare letters <c>K</c>, <c>M</c>, <c>G</c>, <c>T</c>, <c>P</c> count in 1024, <c>KB</c>,
    /// <c>MB</c>… in 1000, none is bytes. Case does not matter, a space may stand between, and <c>/s</c> may follow. Negative sizes are refused.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ByteSize size)
    {
        size = default;
        text = text.Trim();
        if (text.EndsWith("/s", StringComparison.OrdinalIgnoreCase))
            text = text[..^2].TrimEnd();
        int end = text.IndexOfAnyExcept(NumberCharacters);
        ReadOnlySpan<char> number = end < 0 ? text : text[..end];
        if (!TryFactor(end < 0 ? default : text[end..].TrimStart(), out long factor)
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            return false;
        }

        // The product of a decimal and a factor may pass decimal's range: compare before it is made.
        if (value > (decimal)long.MaxValue / factor)
            return false;
        size = new ByteSize((long)(value * factor));
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>The size in the largest binary unit that leaves at least 1, with up to two digits after the point: <c>1.44 MiB</c>.</summary>
    public override string ToString()
    {
        double value = Bytes;
        int unit = 0;
        while (Math.Abs(value) >= 1024 && unit < BinaryUnits.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        // 1023.999 would be rounded to 1024 of a unit: the next one shows it as 1.
        if (unit > 0 && unit < BinaryUnits.Length - 1 && Math.Abs(value) >= 1023.995)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.0" : "0.00";
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(format, CultureInfo.InvariantCulture)} {BinaryUnits[unit]}");
    }

    private static bool TryFactor(ReadOnlySpan<char> unit, out long factor)
    {
        factor = 1;
        if (unit.IsEmpty || unit is "B" or "b")
            return true;
        int power = "kmgtp".IndexOf(char.ToLowerInvariant(unit[0]), StringComparison.Ordinal) + 1;
        if (power == 0)
            return false;
        ReadOnlySpan<char> rest = unit[1..];
        bool isBinary = rest.IsEmpty || rest.Equals("i", StringComparison.OrdinalIgnoreCase) || rest.Equals("ib", StringComparison.OrdinalIgnoreCase);
        if (!isBinary && !rest.Equals("b", StringComparison.OrdinalIgnoreCase))
            return false;
        for (int i = 0; i < power; i++)
            factor *= isBinary ? 1024 : 1000;
        return true;
    }
}
