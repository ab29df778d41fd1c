using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// When to ask for the tail: the last packet, or the acknowledgement of it, may be lost, and nothing behind it shows that. It is sent again when an acknowledgement is later than the
/// path explains, and what the peer is known to hold one of a single packet back (RFC 9002, 6.2). A field, never a copy.
/// </summary>
internal struct TailTimer()
{
    private TimeSpan _ackDelay = UtpLimits.PeerAckDelay;
    private int _asked;

    /// <summary>When to ask.</summary>
    public MonoTime At { get; private set; } = MonoTime.Never;

    /// <summary>Packets are on their way.</summary>
    public void Arm(int packets, in RoundTrip roundTrip, MonoTime now)
    {
        if (_asked >= UtpLimits.MaxTails)
            return;
        TimeSpan held = packets > 1 ? TimeSpan.Zero : _ackDelay * 1.25;
        At = now + ((roundTrip.Usual + UtpLimits.TailDelay + held) * (1 + _asked));
    }

    /// <summary>The time has come: a packet is sent again.</summary>
    public void Ask(Scoreboard board)
    {
        At = MonoTime.Never;
        board.AskForTail(isRepeated: _asked++ > 0);
    }

    /// <summary>Something was acknowledged.</summary>
    public void Answered()
    {
        At = MonoTime.Never;
        _asked = 0;
    }

    /// <summary>A time-out: it is too late for that.</summary>
    public void GiveUp()
    {
        At = MonoTime.Never;
        _asked = UtpLimits.MaxTails;
    }

    /// <summary>Learns from an acknowledgement of the only packet on its way how long the peer holds those back.</summary>
    public void Learn(TimeSpan beyondPath)
    {
        TimeSpan before = _ackDelay * 0.875;
        _ackDelay = beyondPath > before ? beyondPath : before;
    }

    /// <summary>It was asked for in vain: the peer holds acknowledgements back for longer than was thought.</summary>
    public void WasNeedless() => _ackDelay = UtpLimits.PeerAckDelay;
}
