using Freshet.Core;

namespace Freshet.IO.Loop;

/// <summary>The clock that the engine's time comes from: monotonic, nanoseconds since it was made. Thread-safe.</summary>
public sealed class MonoClock
{
    private readonly TimeProvider _provider;
    private readonly long _start;

    /// <summary>Starts a clock.</summary>
    /// <param name="provider">Where time stamps come from; the system's by default.</param>
    public MonoClock(TimeProvider? provider = null)
    {
        _provider = provider ?? TimeProvider.System;
        _start = _provider.GetTimestamp();
    }

    /// <summary>The time.</summary>
    public MonoTime Now
        => new((long)((Int128)(_provider.GetTimestamp() - _start) * 1_000_000_000 / _provider.TimestampFrequency));
}
