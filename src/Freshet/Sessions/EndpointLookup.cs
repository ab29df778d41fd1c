using System.Net;
using System.Net.Sockets;
using Freshet.IO.Network;

namespace Freshet.Sessions;

/// <summary>Turns what a user names as peers into addresses.</summary>
internal static class EndpointLookup
{
    /// <summary>The addresses of all peers; a name that cannot be looked up is left out.</summary>
    /// <exception cref="ArgumentException">An end point is neither an address nor a name.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(
        IReadOnlyList<EndPoint> peers, NameResolver resolver, CancellationToken cancellationToken)
    {
        var found = new List<IPEndPoint>();
        foreach (EndPoint peer in peers)
        {
            switch (peer)
            {
                case IPEndPoint address:
                    found.Add(address);
                    break;
                case DnsEndPoint name:
                    ResolvedName resolved = await resolver.ResolveAsync(name.Host, cancellationToken).ConfigureAwait(false);
                    found.AddRange(resolved.Addresses
                        .Where(address => name.AddressFamily is AddressFamily.Unspecified || name.AddressFamily == address.AddressFamily)
                        .Select(address => new IPEndPoint(address, name.Port)));
                    break;
                default:
                    throw new ArgumentException($"A peer is an IPEndPoint or a DnsEndPoint, not a {peer.GetType().Name}.", nameof(peers));
            }
        }

        return found;
    }
}
