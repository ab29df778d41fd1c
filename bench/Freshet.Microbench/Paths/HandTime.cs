namespace Freshet.Microbench.Paths;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class HandTime : TimeProvider
{
    private long _nanoseconds;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _nanoseconds;

    public void Move(TimeSpan time) => _nanoseconds += time.Ticks * TimeSpan.NanosecondsPerTick;
}
