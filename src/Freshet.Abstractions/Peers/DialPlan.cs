namespace Freshet.Abstractions;

/// <summary>
/// Over what a peer is dialled. Where two transports are tried they race: the second begins when its head start is over, or as soon as the first has failed; the first that is
/// connected is used, and the other is given up.
/// </summary>
/// <param name="First">What begins at once.</param>
/// <param name="Second">What is tried beside it, or null.</param>
/// <param name="HeadStart">How long the second waits for the first.</param>
public readonly record struct DialPlan(PeerTransport First, PeerTransport? Second, TimeSpan HeadStart)
{
    /// <summary>TCP alone.</summary>
    public static DialPlan Tcp => default;

    /// <summary>uTP alone.</summary>
    public static DialPlan Utp => new(PeerTransport.Utp, null, TimeSpan.Zero);

    /// <summary>One with a head start before the other.</summary>
    public static DialPlan Race(PeerTransport first, TimeSpan headStart)
        => new(first, first == PeerTransport.Tcp ? PeerTransport.Utp : PeerTransport.Tcp, headStart);
}
