using System.Net;
using Freshet.Abstractions;

namespace Freshet.Engine.Peers;

/// <summary>An address and a port as one comparable value; IPv4 and the same address mapped into IPv6 are equal.</summary>
internal readonly record struct PeerKey(UInt128 Address, ushort Port)
{
    public static PeerKey Of(IPEndPoint endpoint) => new(EndpointRules.ToNumber(endpoint.Address), (ushort)endpoint.Port);

    /// <summary>
    /// What a ban is keyed by. In local networks and on one machine every peer has its own port; elsewhere a port costs nothing to change, and in IPv6 neither does
    /// anything behind the first 64 bits.
    /// </summary>
    public static PeerKey OfBan(IPEndPoint endpoint)
    {
        UInt128 number = EndpointRules.ToNumber(endpoint.Address);
        if (AddressRules.Classify(endpoint.Address) is AddressScope.Loopback or AddressScope.Lan or AddressScope.LinkLocal)
            return new(number, (ushort)endpoint.Port);
        return new(EndpointRules.IsMapped(number, out _) ? number : number >> 64 << 64, 0);
    }

    /// <summary>Hashes keys with a seed, so that nobody can choose addresses that collide.</summary>
    internal sealed class Comparer(ulong seed) : IEqualityComparer<PeerKey>
    {
        public bool Equals(PeerKey x, PeerKey y) => x == y;

        public int GetHashCode(PeerKey key)
        {
            ulong hash = Mix(seed ^ (ulong)(key.Address >> 64));
            hash = Mix(hash ^ (ulong)key.Address);
            return (int)Mix(hash ^ key.Port);
        }

        private static ulong Mix(ulong z)
        {
            // The finaliser of SplitMix64.
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
