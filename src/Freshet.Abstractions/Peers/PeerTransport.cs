namespace Freshet.Abstractions;

/// <summary>What carries a connection to a peer.</summary>
public enum PeerTransport : byte
{
    /// <summary>A TCP connection.</summary>
    Tcp,

    /// <summary>A uTP stream (BEP 29), over the session's UDP socket.</summary>
    Utp,
}
