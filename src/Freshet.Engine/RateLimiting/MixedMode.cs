using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.RateLimiting;

/// <summary>
/// Keeps what we send over TCP from starving what we send over uTP. LEDBAT++ gives way to whatever else fills the line, our own TCP among it: beside one TCP connection all peers over uTP
/// together would be left with nearly nothing. So while both send and uTP has clearly less a connection, TCP is limited, step by step, at the most to its share by number
/// (libtorrent's "peer proportional"). Each step is judged: where uTP does not take up what was freed its peers are what is slow, the limit is lifted and nothing is tried for a while.
/// The line's queue stays short meanwhile, since then only uTP fills it. It knows no connections: who sends tells it, and whoever has the buckets puts the limit into force.
/// </summary>
public sealed class MixedMode
{
    /// <summary>How often it is looked: long enough that a slow connection sends a block.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    /// <summary>How long nothing is tried after a step that was of no use: a quarter of TCP's rate for the rounds of one step is then some 2.5 % of it.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    /// <summary>Rounds after a step until it is judged: LEDBAT++ needs some seconds to fill what is free.</summary>
    private const int RoundsToJudge = 3;

    /// <summary>What is left of TCP's rate at each step.</summary>
    private const double Step = 0.75;

    /// <summary>uTP has clearly less where a connection of it gets under half of one of TCP; between that and as much nothing is done.</summary>
    private const double ClearlyLess = 0.5;

    /// <summary>A step was of use where uTP took up a quarter of what was freed.</summary>
    private const double TakenUp = 0.25;

    /// <summary>TCP is not limited below this: a block a second and connection for a few peers.</summary>
    private const long Least = 64 * 1024;

    // Mutable structs: not readonly.
    private Flow _tcp;
    private Flow _utp;
    private long _tcpBefore;
    private long _utpBefore;
    private int _roundsLeft;
    private MonoTime _restUntil = MonoTime.Zero;

    /// <summary>The number of the present round; who has sent in it is counted once.</summary>
    public int RoundNumber { get; private set; } = 1;

    /// <summary>Bytes a second that TCP may send in all; null: no limit.</summary>
    public long? Limit { get; private set; }

    /// <summary>Whether both have sent in this round.</summary>
    public bool IsMixed => _tcp.Senders > 0 && _utp.Senders > 0;

    /// <summary>Payload has left over a connection.</summary>
    /// <param name="transport">What carries it.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="lastRound">The round in which the connection has sent last; the caller's to keep.</param>
    public void Sent(PeerTransport transport, int bytes, ref int lastRound)
    {
        ref Flow flow = ref _tcp;
        if (transport == PeerTransport.Utp)
            flow = ref _utp;
        flow.Bytes += bytes;
        if (lastRound == RoundNumber)
            return;
        lastRound = RoundNumber;
        flow.Senders++;
    }

    /// <summary>A round begins: what was sent before does not count.</summary>
    public void BeginRound()
    {
        (_tcp, _utp) = (default, default);
        RoundNumber++;
    }

    /// <summary>A round is over: decides on the next, which begins.</summary>
    /// <returns>Whether it needs to be looked at.</returns>
    public bool EndRound(MonoTime now)
    {
        bool wasMixed = IsMixed;
        if (wasMixed)
            Decide(now);
        else
            Lift();
        BeginRound();
        return wasMixed;
    }

    private void Decide(MonoTime now)
    {
        long tcp = _tcp.Rate, utp = _utp.Rate;
        if (_roundsLeft > 0)
        {
            if (--_roundsLeft == 0 && utp - _utpBefore < TakenUp * (_tcpBefore - tcp))
            {
                Lift();
                _restUntil = now + Rest;
            }

            return;
        }

        long share = (long)((tcp + utp) * (double)_tcp.Senders / (_tcp.Senders + _utp.Senders));
        double each = (double)utp / _utp.Senders / Math.Max(1, (double)tcp / _tcp.Senders);
        if (each >= 1 && Limit is { } limit)
            Limit = Math.Max(limit, share);
        else if (each < ClearlyLess && now >= _restUntil)
            Tighten(share, tcp, utp);
    }

    private void Tighten(long share, long tcp, long utp)
    {
        long limit = Math.Max(Math.Max(share, (long)(Math.Min(Limit ?? tcp, tcp) * Step)), Least);
        if (limit >= (Limit ?? tcp))
            return;
        (_tcpBefore, _utpBefore) = (tcp, utp);
        _roundsLeft = RoundsToJudge;
        Limit = limit;
    }

    private void Lift()
    {
        Limit = null;
        _roundsLeft = 0;
    }

    private struct Flow
    {
        public long Bytes;
        public int Senders;

        public readonly long Rate => (long)(Bytes / Round.TotalSeconds);
    }
}
