using System.Net;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>
/// Who is behind a connection, as far as it is known; outlives the connection where its blocks are not judged yet.
/// </summary>
/// <param name="endpoint">Where the connection comes from, or goes to.</param>
public sealed class PeerIdentity(IPEndPoint endpoint)
{
    /// <summary>Where the connection comes from (then the port means nothing to others), or goes to.</summary>
    public IPEndPoint Endpoint { get; } = endpoint;

    /// <summary>Where the peer listens, of one that dialled us and said so; null where that is not known, or another connection leads there.</summary>
    public IPEndPoint? Listens { get; set; }

    /// <summary>What it calls itself; null before its handshake.</summary>
    public PeerId? Id { get; set; }

    /// <summary>What a ban of the endpoint is keyed by.</summary>
    internal PeerKey BanKey { get; } = PeerKey.OfBan(endpoint);
}
