namespace Freshet.Protocol.Utp.Sending;

/// <summary>The smoothed round trip of a stream and how long a packet is waited for (RFC 6298). A field, never a copy.</summary>
internal struct RoundTrip
{
    // A clock that ticks in milliseconds is behind some peer's acknowledgements.
    private static readonly long Granularity = TimeSpan.FromMilliseconds(10).Ticks * 100;

    private long _smoothed;
    private long _variation;
    private int _backOff;

    /// <summary>The smoothed round trip; zero: not measured yet.</summary>
    public readonly TimeSpan Smoothed => new(_smoothed / 100);

    /// <summary>The shortest that was measured; zero: none was.</summary>
    public TimeSpan Shortest { get; private set; }

    /// <summary>After which time an acknowledgement that is not held back would be here (RFC 9002, 6.2.1).</summary>
    public readonly TimeSpan Usual => new((_smoothed + Math.Max(_smoothed, 4 * _variation)) / 100);

    /// <summary>How long a packet is waited for now.</summary>
    public readonly TimeSpan Timeout
    {
        get
        {
            TimeSpan timeout = _smoothed == 0 ? UtpLimits.FirstTimeout : new TimeSpan((_smoothed + Math.Max(Granularity, 4 * _variation)) / 100);
            if (timeout < UtpLimits.MinTimeout)
                timeout = UtpLimits.MinTimeout;
            timeout *= 1 << _backOff;
            return timeout < UtpLimits.MaxTimeout ? timeout : UtpLimits.MaxTimeout;
        }
    }

    /// <summary>A packet that was sent once was acknowledged after this time.</summary>
    public void Add(TimeSpan sample)
    {
        long nanoseconds = Math.Max(1000, sample.Ticks * 100);
        if (Shortest == TimeSpan.Zero || sample < Shortest)
            Shortest = new TimeSpan(nanoseconds / 100);
        if (_smoothed == 0)
        {
            _smoothed = nanoseconds;
            _variation = nanoseconds / 2;
            return;
        }

        _variation += (Math.Abs(_smoothed - nanoseconds) - _variation) / 4;
        _smoothed += (nanoseconds - _smoothed) / 8;
    }

    /// <summary>A packet was waited for in vain: the next is waited for twice as long.</summary>
    public void BackOff() => _backOff = Math.Min(_backOff + 1, 7);

    /// <summary>An acknowledgement of something new came.</summary>
    public void Progress() => _backOff = 0;
}
