using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>Times that trackers name, made harmless (U8): 0, -1 and 2^31 must neither make a storm nor silence a torrent.</summary>
internal static class TrackerTime
{
    /// <summary>Seconds, clamped; null where there are none or they are negative.</summary>
    public static TimeSpan? Interval(BencodeValue value) => value.TryGetInteger(out long seconds) ? Interval(seconds) : null;

    /// <summary>Seconds, clamped; null where they are negative.</summary>
    public static TimeSpan? Interval(long seconds)
    {
        if (seconds < 0)
            return null;
        double clamped = Math.Clamp(seconds, TrackerLimits.ShortestInterval.TotalSeconds, TrackerLimits.LongestInterval.TotalSeconds);
        return TimeSpan.FromSeconds(clamped);
    }

    /// <summary>BEP 31: minutes, as an integer or (as some trackers write it) in digits.</summary>
    public static TimeSpan? Retry(BencodeValue value)
    {
        if (!value.TryGetInteger(out long minutes)
            && !(value.TryGetBytes(out ReadOnlySpan<byte> digits)
                && System.Buffers.Text.Utf8Parser.TryParse(digits, out minutes, out int used) && used == digits.Length))
        {
            return null;
        }

        return Interval(minutes < 0 ? -1 : Math.Min(minutes, TrackerLimits.LongestInterval.Ticks) * 60);
    }

    /// <summary>BEP 31: the word <c>never</c>.</summary>
    public static bool IsNever(BencodeValue value) => value.TryGetBytes(out ReadOnlySpan<byte> bytes) && bytes.SequenceEqual("never"u8);
}
