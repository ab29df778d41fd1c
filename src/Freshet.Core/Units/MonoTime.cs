namespace Freshet.Core;

/// <summary>
/// A point on a clock that never goes back: nanoseconds since some start. It is handed to the engine with every event, so that the
/// engine never asks a clock; the simulator hands in a virtual one.
/// </summary>
public readonly record struct MonoTime(long Nanoseconds) : IComparable<MonoTime>
{
    /// <summary>The start of the clock.</summary>
    public static MonoTime Zero => default;

    /// <summary>Later than any time: "no deadline".</summary>
    public static MonoTime Never => new(long.MaxValue);

    /// <summary>True for <see cref="Never"/>.</summary>
    public bool IsNever => Nanoseconds == long.MaxValue;

    /// <summary>The seconds since the start of the clock.</summary>
    public double TotalSeconds => Nanoseconds / 1e9;

    /// <summary>The earlier of two times.</summary>
    public static MonoTime Min(MonoTime a, MonoTime b) => a.Nanoseconds <= b.Nanoseconds ? a : b;

    /// <summary>The later of two times.</summary>
    public static MonoTime Max(MonoTime a, MonoTime b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    /// <summary>This time and a duration; saturates at <see cref="Never"/>.</summary>
    public static MonoTime operator +(MonoTime time, TimeSpan duration)
    {
        long nanoseconds = duration.Ticks * 100;
        return time.Nanoseconds > long.MaxValue - Math.Max(0, nanoseconds) ? Never : new MonoTime(time.Nanoseconds + nanoseconds);
    }

    /// <summary>The time this long before.</summary>
    public static MonoTime operator -(MonoTime time, TimeSpan duration) => new(time.Nanoseconds - (duration.Ticks * 100));

    /// <summary>The duration between two times, to 100 ns.</summary>
    public static TimeSpan operator -(MonoTime later, MonoTime earlier) => new((later.Nanoseconds - earlier.Nanoseconds) / 100);

    /// <summary>Whether the left time is before the right one.</summary>
    public static bool operator <(MonoTime left, MonoTime right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Whether the left time is after the right one.</summary>
    public static bool operator >(MonoTime left, MonoTime right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Whether the left time is not after the right one.</summary>
    public static bool operator <=(MonoTime left, MonoTime right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Whether the left time is not before the right one.</summary>
    public static bool operator >=(MonoTime left, MonoTime right) => left.Nanoseconds >= right.Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(MonoTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <inheritdoc/>
    public override string ToString() => IsNever ? "never" : $"{TotalSeconds:0.000000} s";
}
