namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// How long packets wait in the queues towards the peer: their one-way delay above the least there was. Two clocks that run apart would let that grow or shrink for ever, so the
/// round trip, which one clock measures, holds it: a packet waited for no longer than its round trip is above the least round trip, so a one-way delay that says more proves that
/// its base is too low by the difference. A clock that is set, or runs 0.1 % fast, is followed at once.
/// </summary>
internal sealed class QueueDelay
{
    // The delay is of the packet that came last, the round trip of the newest that is acknowledged: not always the same one. Below this they do not prove anything.
    private const long Doubt = 2_000;

    private MinuteMinima _baseDelay = new();
    private MinuteMinima _baseRoundTrip = new();
    private RecentMinimum _delay;
    private RecentMinimum _roundTrip;
    private long _unwrapped;
    private bool _hasDelay;

    /// <summary>The wait in microseconds, 0 where nothing is known.</summary>
    public long Microseconds { get; private set; }

    /// <summary>The least round trip in microseconds; <see cref="long.MaxValue"/> where none is known.</summary>
    public long BaseRoundTrip => _baseRoundTrip.Value;

    /// <summary>Looks at what an acknowledgement says.</summary>
    public void Note(in UtpAckSample sample)
    {
        if (sample.RoundTrip > TimeSpan.Zero)
        {
            long roundTrip = sample.RoundTrip.Ticks / TimeSpan.TicksPerMicrosecond;
            _roundTrip.Add(roundTrip);
            _baseRoundTrip.Add(roundTrip, sample.Now);
        }

        if (sample.Delay is { } delay)
        {
            // 2^32 microseconds are 71 minutes: counted on from one sample to the next, the wrap is never seen.
            _unwrapped = _hasDelay ? _unwrapped + (int)(delay - (uint)_unwrapped) : delay;
            _hasDelay = true;
            _delay.Add(_unwrapped);
            _baseDelay.Add(_unwrapped, sample.Now);
        }

        Microseconds = Estimate();
    }

    /// <summary>Nothing was sent for a while: what was measured before says nothing of the queues now.</summary>
    public void ForgetRecent()
    {
        _delay.Clear();
        _roundTrip.Clear();
        Microseconds = 0;
    }

    private long Estimate()
    {
        long most = _roundTrip.IsKnown ? _roundTrip.Value - _baseRoundTrip.Value : long.MaxValue;
        if (!_delay.IsKnown)
            return most == long.MaxValue ? 0 : Math.Max(most, 0);
        long wait = _delay.Value - _baseDelay.Value;
        if (wait > most + Doubt)
            _baseDelay.Raise(_delay.Value - most);
        return Math.Max(Math.Min(wait, most), 0);
    }
}
