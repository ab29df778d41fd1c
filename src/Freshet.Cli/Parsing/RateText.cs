using Freshet.Core;

namespace Freshet.Cli.Parsing;

/// <summary>
/// Rates as people write them: <c>500K</c>, <c>2.5MiB</c>, <c>10MB/s</c> (K, M, G and KiB, MiB, GiB count in 1024, KB, MB, GB in 1000; a bare number is bytes), always
/// a second; <c>0</c>, <c>off</c> and <c>none</c> are no limit.
/// </summary>
internal static class RateText
{
    public const string Help = "like 500K, 2.5MiB or 10MB/s, at least 1K; 0: no limit";

    /// <summary>Reads a rate; 0 is no limit.</summary>
    public static bool TryParse(string text, out long rate)
    {
        rate = 0;
        if (text is "off" or "none")
            return true;
        if (!ByteSize.TryParse(text, out ByteSize size))
            return false;
        rate = size.Bytes;
        return rate == 0 || rate >= Freshet.Abstractions.TransferLimits.Least;
    }
}
