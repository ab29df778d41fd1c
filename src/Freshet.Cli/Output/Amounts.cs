using System.Globalization;

namespace Freshet.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Amounts
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes with three figures and a binary unit: <c>1.44 MiB</c>; whole numbers without a point: <c>16 KiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        while (Math.Abs(bytes) >= 999.5 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        string format = unit == 0 || bytes >= 99.95 || bytes == Math.Floor(bytes) ? "0" : bytes >= 9.995 ? "0.0" : "0.00";
        return bytes.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Bytes a second: <c>12.3 MiB/s</c>.</summary>
    public static string Rate(double bytesPerSecond) => Bytes(bytesPerSecond) + "/s";

    /// <summary>A duration in at most two units: <c>1h05m</c>, <c>42s</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        long seconds = (long)Math.Round(Math.Max(0, duration.TotalSeconds));
        return seconds switch
        {
            < 60 => $"{seconds}s",
            < 3600 => $"{seconds / 60}m{seconds % 60:00}s",
            < 86400 => $"{seconds / 3600}h{seconds / 60 % 60:00}m",
            < 86400 * 100 => $"{seconds / 86400}d{seconds / 3600 % 24:00}h",
            _ => "over 100 days",
        };
    }

    /// <summary>How long something took: as <see cref="Duration"/>, with tenths where seconds say little: <c>0.4s</c>.</summary>
    public static string Elapsed(TimeSpan elapsed)
        => elapsed.TotalSeconds < 9.95 ? elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + "s" : Duration(elapsed);

    /// <summary>A part of a whole, never rounded up to 100 %: <c>99.9 %</c>.</summary>
    public static string Percent(double part)
        => part >= 1 ? "100 %" : (Math.Floor(Math.Max(0, part) * 1000) / 10).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A number and its noun: <c>1 piece</c>, <c>12 pieces</c>.</summary>
    public static string Count(long count, string noun) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";
}
