using Freshet.Core;

namespace Freshet.Protocol.Utp.Receiving;

/// <summary>When to acknowledge: once a batch where two packets or more came or something is odd, else a little later, so that data that goes the other way can carry it. A field, never a copy.</summary>
internal struct AckPolicy()
{
    private int _packets;
    private int _quick = UtpLimits.QuickAcks;
    private bool _isUrgent;

    /// <summary>When an acknowledgement has to go out at the latest.</summary>
    public MonoTime Due { get; private set; } = MonoTime.Never;

    /// <summary>A packet came in order.</summary>
    public void Came(MonoTime now)
    {
        if (++_packets == 1)
            Due = now + UtpLimits.AckDelay;
        if (_quick > 0)
        {
            _quick--;
            _isUrgent = true;
        }
    }

    /// <summary>Something came that the peer should hear of at once: behind a gap, for the second time, or an end.</summary>
    public void Hurry(MonoTime now)
    {
        _isUrgent = true;
        Due = now;

        // Where packets are lost the peer's window is small, and each of its packets may be the only one that is on its way.
        _quick = UtpLimits.QuickAcks;
    }

    /// <summary>Whether an acknowledgement has to go out at the end of this batch.</summary>
    public readonly bool IsDue(MonoTime now) => _isUrgent || _packets >= 2 || Due <= now;

    /// <summary>One went out.</summary>
    public void Sent()
    {
        _packets = 0;
        _isUrgent = false;
        Due = MonoTime.Never;
    }
}
