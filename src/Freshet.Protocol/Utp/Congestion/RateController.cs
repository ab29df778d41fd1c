using Freshet.Core;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// Sends at the rate at which data was seen to arrive (after BBR): the greatest rate of the last ten round trips, and the least round trip of the last ten seconds, are the line;
/// twice their product is the window, and the pacer does the rest. One lost packet in fifty says nothing of a queue on a radio line, so loss alone does not slow it. Heavy loss does:
/// from 15 % on the line is more likely full, or policed, than bad, and whoever sends faster only loses more.
/// </summary>
internal sealed class RateController : ICongestionController
{
    // 4 ln 2: the least gain that doubles the rate each round trip.
    private const double StartGain = 2.77;

    // Room for acknowledgements that come in bunches, and for a round trip in which a loss is repaired.
    private const double WindowGain = 2;

    // One round trip above the rate to see whether there is more, one below to take back what queued, six at the rate.
    private const int CyclePhases = 8;
    private const double ProbeUp = 1.25;
    private const double ProbeDown = 0.75;

    // The cycle is as long as the memory of the rate must be: a probe's answer lives until the next.
    private const int RateRounds = CyclePhases + 2;

    // Three rounds without a quarter more: the line is full. One or two may be a window that was not there yet.
    private const double GrowthOfStart = 1.25;
    private const int RoundsWithoutGrowth = 3;

    private const double HeavyLoss = 0.15;

    // Fewer would make a heavy loss out of chance: 8 of 50 happen once in a thousand rounds on a line that loses 5 %.
    private const int PacketsToJudgeLoss = 50;

    // What is left of the rate that arrived, so that the full queue drains and others find room.
    private const double LeftAfterHeavyLoss = 0.85;

    // RFC 6928.
    private const int FirstPackets = 10;

    // Enough for acknowledgements of every second packet to keep coming.
    private const int FewestPackets = 4;

    // The least round trip is only seen where nothing queues: where it was not for ten seconds, half of the line is left free for a fifth of one (BBRv2).
    private static readonly TimeSpan RoundTripLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RoundTripProbe = TimeSpan.FromMilliseconds(200);

    private LossShare _loss = new(PacketsToJudgeLoss);
    private RoundTripCounter _rounds;
    private WindowedMaximum _rate = new(RateRounds);
    private Phase _phase = Phase.Start;
    private int _packet;
    private double _window;
    private double _smoothed;
    private TimeSpan _roundTrip = TimeSpan.MaxValue;
    private MonoTime _roundTripAt;
    private double _fullRate;
    private int _roundsWithoutGrowth;
    private bool _isFull;
    private int _cycle;
    private MonoTime _cycleAt;
    private MonoTime _probeEnd;
    private int _probeRound;

    /// <summary>Begins with ten packets.</summary>
    /// <param name="packetSize">Bytes of payload of a packet.</param>
    public RateController(int packetSize)
    {
        _packet = packetSize;
        _window = FirstPackets * packetSize;
    }

    private enum Phase : byte
    {
        /// <summary>Doubles each round trip until the rate of arrival does not follow.</summary>
        Start,

        /// <summary>Lets the queue run out that the start made.</summary>
        Drain,

        /// <summary>At the line's rate, looking for more now and then.</summary>
        Cruise,

        /// <summary>Half of the line, to see its round trip without a queue.</summary>
        LookAtRoundTrip,
    }

    /// <inheritdoc/>
    public long Window => (long)(_phase == Phase.LookAtRoundTrip ? Math.Min(_window, Math.Max(InPipe(0.5), Fewest)) : _window);

    /// <inheritdoc/>
    public long PacingRate
    {
        get
        {
            double rate = _rate.Value > 0 ? _rate.Value : _smoothed > 0 ? _window * TimeSpan.MicrosecondsPerSecond / _smoothed : 0;
            return (long)(rate * PacingGain);
        }
    }

    private double PacingGain => _phase switch
    {
        Phase.Start => StartGain,
        Phase.Drain => 1 / StartGain,
        Phase.Cruise when _cycle == 0 => ProbeUp,
        Phase.Cruise when _cycle == 1 => ProbeDown,
        _ => 1,
    };

    private double Fewest => FewestPackets * _packet;

    /// <inheritdoc/>
    public void SetPacketSize(int bytes)
    {
        _packet = bytes;
        _window = Math.Max(_window, Fewest);
    }

    /// <inheritdoc/>
    public void OnAcked(in UtpAckSample sample)
    {
        _smoothed = sample.SmoothedRoundTrip.TotalMicroseconds;
        bool isNewRound = _rounds.Note(sample);
        NoteRate(sample);
        bool isRoundTripOld = NoteRoundTrip(sample);
        _loss.Acked(sample.Bytes, _packet);
        if (isNewRound)
            EndRound(sample);

        long inFlight = sample.InFlight - sample.Bytes;
        if (_phase == Phase.Drain && inFlight <= InPipe(1))
            BeginCruise(sample.Now);
        else if (_phase == Phase.Cruise)
            Cycle(sample.Now, inFlight);
        LookAtRoundTrip(sample.Now, isRoundTripOld);
        SetWindow(sample);
    }

    /// <inheritdoc/>
    public void OnLost(in UtpLossSample sample) => _loss.Lost(sample.Bytes);

    /// <inheritdoc/>
    public void OnNotLost(int packets, MonoTime now) => _loss.NotLost(packets, _packet);

    /// <inheritdoc/>
    public void OnTimeout(MonoTime now)
    {
        // Nothing at all came back: begin small, and grow with what is acknowledged to where the rate says.
        _window = Fewest;
    }

    /// <inheritdoc/>
    public void OnIdle(TimeSpan idle, MonoTime now)
    {
        // The pacer spreads what follows; the rate of before is only tried for as long as its rounds live. Silence is no sign of an old round trip: nothing queued.
        if (_phase == Phase.Cruise)
            BeginCruise(now);
    }

    private double InPipe(double gain)
        => _roundTrip == TimeSpan.MaxValue || _rate.Value <= 0 ? FirstPackets * _packet : gain * _rate.Value * _roundTrip.TotalSeconds;

    private void NoteRate(in UtpAckSample sample)
    {
        // Faster than a round trip nothing is acknowledged: what says so was measured over a bunch of acknowledgements.
        if (sample.SendInterval <= TimeSpan.Zero || (_roundTrip != TimeSpan.MaxValue && sample.SendInterval < _roundTrip))
            return;
        double rate = (sample.Delivered - sample.DeliveredAtSend) / sample.SendInterval.TotalSeconds;

        // With nothing to send the rate was the sender's own: it counts only where it is more than what was known.
        if (!sample.IsAppLimited || rate >= _rate.Value)
            _rate.Add(rate, _rounds.Rounds);
    }

    private bool NoteRoundTrip(in UtpAckSample sample)
    {
        bool isOld = sample.Now - _roundTripAt > RoundTripLife;
        if (sample.RoundTrip > TimeSpan.Zero && (sample.RoundTrip <= _roundTrip || isOld))
            (_roundTrip, _roundTripAt) = (sample.RoundTrip, sample.Now);
        return isOld;
    }

    private void EndRound(in UtpAckSample sample)
    {
        if (_loss.Take() is { } share && share > HeavyLoss)
        {
            _isFull = true;
            _rate.Reset(_rate.Value * (1 - share) * LeftAfterHeavyLoss, _rounds.Rounds);
        }

        if (!_isFull && !sample.IsAppLimited)
        {
            if (_rate.Value >= _fullRate * GrowthOfStart)
                (_fullRate, _roundsWithoutGrowth) = (_rate.Value, 0);
            else
                _isFull = ++_roundsWithoutGrowth >= RoundsWithoutGrowth;
        }

        if (_phase == Phase.Start && _isFull)
            _phase = Phase.Drain;
    }

    private void BeginCruise(MonoTime now)
    {
        // The start drained already what it sent too much: first at the rate, then the probe.
        (_phase, _cycle, _cycleAt) = (Phase.Cruise, 2, now);
    }

    private void Cycle(MonoTime now, long inFlight)
    {
        bool isLongEnough = now - _cycleAt > _roundTrip;
        bool goesOn = _cycle switch
        {
            // Until the pipe holds as much as was to be tried, or loses.
            0 => isLongEnough && (inFlight >= InPipe(ProbeUp) || _loss.HasLost),
            1 => isLongEnough || inFlight <= InPipe(1),
            _ => isLongEnough,
        };
        if (goesOn)
            (_cycle, _cycleAt) = ((_cycle + 1) % CyclePhases, now);
    }

    private void LookAtRoundTrip(MonoTime now, bool isRoundTripOld)
    {
        if (isRoundTripOld && _phase == Phase.Cruise)
        {
            (_phase, _probeEnd, _probeRound) = (Phase.LookAtRoundTrip, now + RoundTripProbe, _rounds.Rounds + 1);
        }
        else if (_phase == Phase.LookAtRoundTrip && now >= _probeEnd && _rounds.Rounds > _probeRound)
        {
            _roundTripAt = now;
            BeginCruise(now);
        }
    }

    private void SetWindow(in UtpAckSample sample)
    {
        double target = Math.Max(InPipe(_phase == Phase.Start ? StartGain : WindowGain), Fewest);
        if (_isFull)
            _window = Math.Min(_window + sample.Bytes, target);
        else if (_window < target || sample.Delivered < FirstPackets * _packet)
            _window += sample.Bytes;
        _window = Math.Max(_window, Fewest);
    }
}
