using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp.Congestion;

/// <summary>One controller and what is on its way for it.</summary>
internal sealed class ModelFlow(ICongestionController controller)
{
    private readonly Queue<Packet> _underWay = new();
    private readonly Queue<Packet> _missing = new();
    private ModelLine _line = null!;
    private long _inFlight;
    private long _sent;
    private MonoTime _deliveredAt;
    private MonoTime _maySend;
    private MonoTime _timeout = MonoTime.Never;
    private TimeSpan _smoothed;
    private bool _appLimited;

    public ICongestionController Controller => controller;

    public long Delivered { get; private set; }

    public int Losses { get; private set; }

    public int Timeouts { get; private set; }

    public TimeSpan LongestWait { get; private set; }

    public double MeanWaitMilliseconds => _waits == 0 ? 0 : _waitSum / _waits;

    private double _waitSum;
    private long _waits;

    /// <summary>Parts in a million by which the peer's clock is fast.</summary>
    public double Skew { get; init; }

    /// <summary>What the peer's clock is ahead.</summary>
    public uint ClockOffset { get; init; }

    /// <summary>Bytes a second that there are to send; 0: no end of them.</summary>
    public long OwnRate { get; set; }

    public MonoTime Next
    {
        get
        {
            DropMissing();
            MonoTime next = _underWay.TryPeek(out Packet first) ? first.AckedAt : MonoTime.Never;
            next = MonoTime.Min(next, _timeout);
            return _inFlight + ModelLine.Payload <= Math.Max(controller.Window, ModelLine.Payload) ? MonoTime.Min(next, _maySend) : next;
        }
    }

    public void Begin(ModelLine line)
    {
        _line = line;
        _maySend = _deliveredAt = line.Now;
    }

    /// <summary>Counts from now on.</summary>
    public void Reset() => (Delivered0, LongestWait, _waitSum, _waits, Losses) = (Delivered, TimeSpan.Zero, 0, 0, 0);

    public long Delivered0 { get; private set; }

    /// <summary>Bits a second on the line since <see cref="Reset"/>, heads counted.</summary>
    public double RateOver(TimeSpan duration) => (double)(Delivered - Delivered0) / ModelLine.Payload * ModelLine.OnLine * 8 / duration.TotalSeconds;

    public void Act()
    {
        MonoTime now = _line.Now;
        if (_underWay.TryPeek(out Packet first) && first.AckedAt <= now)
            Acked(_underWay.Dequeue(), now);
        else if (_timeout <= now)
            TimedOut(now);
        else
            Send(now);
    }

    private void Send(MonoTime now)
    {
        if (_inFlight == 0)
            _deliveredAt = now;
        MonoTime acked = _line.Send(out TimeSpan wait);
        if (!acked.IsNever)
        {
            LongestWait = wait > LongestWait ? wait : LongestWait;
            _waitSum += wait.TotalMilliseconds;
            _waits++;
        }

        _underWay.Enqueue(new Packet(_sent++, now, acked, Delivered, _deliveredAt, wait));
        _inFlight += ModelLine.Payload;
        long rate = controller.PacingRate;
        _appLimited = OwnRate > 0 && (rate == 0 || OwnRate < rate);
        if (_appLimited)
            rate = OwnRate;
        _maySend = rate > 0 ? MonoTime.Max(now, _maySend) + TimeSpan.FromSeconds((double)ModelLine.Payload / rate) : now;
        if (_timeout.IsNever)
            _timeout = now + RetransmissionTime();
    }

    private void Acked(Packet packet, MonoTime now)
    {
        while (_missing.TryPeek(out Packet missing) && packet.Number >= missing.Number + 3)
        {
            _missing.Dequeue();
            Losses++;
            controller.OnLost(new UtpLossSample(now, ModelLine.Payload, _inFlight, missing.SentAt));
            _inFlight -= ModelLine.Payload;
        }

        TimeSpan roundTrip = now - packet.SentAt;
        _smoothed = _smoothed == default ? roundTrip : _smoothed + ((roundTrip - _smoothed) / 8);
        long before = _inFlight;
        _inFlight -= ModelLine.Payload;
        Delivered += ModelLine.Payload;
        _deliveredAt = now;
        _timeout = _inFlight > 0 ? now + RetransmissionTime() : MonoTime.Never;
        uint delay = ClockOffset + (uint)(long)(packet.Wait.TotalMicroseconds + (_line.RoundTrip.TotalMicroseconds / 2) + (now.TotalSeconds * Skew));
        controller.OnAcked(new UtpAckSample(
            now, ModelLine.Payload, before, roundTrip, _smoothed, delay, Delivered, packet.DeliveredAtSend, now - packet.DeliveredTimeAtSend, _appLimited));
    }

    private void TimedOut(MonoTime now)
    {
        Timeouts++;
        controller.OnTimeout(now);
        _missing.Clear();
        _underWay.Clear();
        _inFlight = 0;
        _timeout = MonoTime.Never;
        _maySend = now;
    }

    private TimeSpan RetransmissionTime() => _smoothed == default ? TimeSpan.FromSeconds(1) : (_smoothed * 1.5) + TimeSpan.FromMilliseconds(200);

    private void DropMissing()
    {
        while (_underWay.TryPeek(out Packet first) && first.AckedAt.IsNever)
            _missing.Enqueue(_underWay.Dequeue());
    }

    private readonly record struct Packet(long Number, MonoTime SentAt, MonoTime AckedAt, long DeliveredAtSend, MonoTime DeliveredTimeAtSend, TimeSpan Wait);
}
