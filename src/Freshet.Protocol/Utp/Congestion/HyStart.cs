namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// HyStart++ (RFC 9406): sees that a queue begins to grow while slow start is still doubling, goes on at a quarter of the pace for five rounds, and then says that it was enough.
/// Without it slow start ends by losing as much as the line holds.
/// </summary>
internal struct HyStart
{
    // All numbers are the RFC's.
    private const int SamplesNeeded = 8;
    private const long LeastRise = 4_000;
    private const long MostRise = 16_000;
    private const int RiseShare = 8;
    private const int CarefulRounds = 5;
    private const double CarefulGrowth = 0.25;

    private RoundTripCounter _rounds;
    private long _lastRound;
    private long _thisRound;
    private long _baseline;
    private int _samples;
    private int _careful;

    /// <summary>Begins before the first acknowledgement.</summary>
    public HyStart() => (_lastRound, _thisRound, _baseline) = (long.MaxValue, long.MaxValue, long.MaxValue);

    /// <summary>Whether slow start should end.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The share of the acknowledged bytes by which the window grows.</summary>
    public readonly double Growth => _careful > 0 ? CarefulGrowth : 1;

    /// <summary>Looks at an acknowledgement.</summary>
    public void Note(in UtpAckSample sample)
    {
        if (_rounds.Note(sample))
        {
            (_lastRound, _thisRound, _samples) = (_thisRound, long.MaxValue, 0);
            if (_careful > 0 && ++_careful > CarefulRounds)
                IsOver = true;
        }

        if (sample.RoundTrip <= TimeSpan.Zero)
            return;
        _thisRound = Math.Min(_thisRound, sample.RoundTrip.Ticks / TimeSpan.TicksPerMicrosecond);
        if (++_samples < SamplesNeeded)
            return;
        if (_careful > 0)
        {
            // It was a passing delay: the round trip is shorter again than when care began.
            if (_thisRound < _baseline)
                (_careful, _baseline) = (0, long.MaxValue);
        }
        else if (_lastRound != long.MaxValue && _thisRound >= _lastRound + Math.Clamp(_lastRound / RiseShare, LeastRise, MostRise))
        {
            (_careful, _baseline) = (1, _thisRound);
        }
    }
}
