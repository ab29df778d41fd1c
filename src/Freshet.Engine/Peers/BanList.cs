using System.Net;

namespace Freshet.Engine.Peers;

/// <summary>Who is not spoken with any more in this session.</summary>
public sealed class BanList
{
    /// <summary>Makes an empty list.</summary>
    public BanList() => throw new NotSupportedException();

    /// <summary>How many bans there are.</summary>
    public int Count => throw new NotSupportedException();

    /// <summary>Bans a peer: on loopback and in local networks its address and port, elsewhere its IPv4 address or its IPv6 /64. False where it was banned.</summary>
    public bool Ban(IPEndPoint peer) => throw new NotSupportedException();

    /// <summary>Whether a peer is banned.</summary>
    public bool IsBanned(IPEndPoint peer) => throw new NotSupportedException();
}
