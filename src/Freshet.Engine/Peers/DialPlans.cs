using Freshet.Abstractions;

namespace Freshet.Engine.Peers;

/// <summary>Over what a candidate is dialled, from what the user wants and what the candidate has shown.</summary>
internal static class DialPlans
{
    /// <summary>
    /// The head start in a race that nobody is favoured in: longer than most round trips, so that most races are over before a second connection is begun which would only be given
    /// up, and short beside what a meeting costs anyway where the first transport does not get through. The least that RFC 8305 advises for such races.
    /// </summary>
    public static readonly TimeSpan Fair = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// That of uTP where it is preferred and the peer is known to speak it: longer than nearly any round trip, so that TCP comes to it only where uTP does not get through, and
    /// before uTP's own first retransmission (1 s) has been waited for.
    /// </summary>
    public static readonly TimeSpan Favoured = TimeSpan.FromMilliseconds(500);

    /// <summary>The plan for a candidate: what worked before, or was not what failed, begins.</summary>
    public static DialPlan For(UtpUse use, PeerCandidate candidate) => use switch
    {
        UtpUse.Off => DialPlan.Tcp,
        UtpUse.Only => DialPlan.Utp,
        UtpUse.Prefer when candidate.Begins != PeerTransport.Tcp
            => DialPlan.Race(PeerTransport.Utp, candidate.SpeaksUtp ? Favoured : Fair),
        _ => DialPlan.Race(candidate.Begins ?? PeerTransport.Tcp, Fair),
    };
}
