using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;

namespace Freshet.Engine.Peers;

/// <summary>
/// Our addresses as others see them, by majority: what one says is a hint and may be a lie (BEP 40), so each network has one voice. Only what BEP 40's priorities
/// hang on it is believed of it.
/// </summary>
public sealed class OwnAddresses
{
    /// <summary>Voices that are remembered for each family, the latest; more agree no better.</summary>
    public const int MaxVoices = 16;

    // No network has this number.
    private static readonly UInt128 DhtVoice = UInt128.MaxValue;

    private readonly Ballot _ipv4 = new();
    private readonly Ballot _ipv6 = new();

    /// <summary>The port that peers connect to.</summary>
    public int ListenPort { get; set; }

    /// <summary>
    /// The nodes of the DHT agree on how they see us, four networks at the least (BEP 42): one more voice, so that whoever has many nodes outvotes no peers.
    /// </summary>
    public void Agreed(IPAddress seen)
    {
        seen = AddressRules.Unmapped(seen)!;
        if (AddressRules.Classify(seen) == AddressScope.Global)
            (seen.AddressFamily == AddressFamily.InterNetwork ? _ipv4 : _ipv6).Cast(DhtVoice, seen);
    }

    /// <summary>Somebody says how he sees us.</summary>
    /// <param name="voter">Who.</param>
    /// <param name="seen">Our address.</param>
    public void Seen(IPAddress voter, IPAddress seen)
    {
        seen = AddressRules.Unmapped(seen)!;

        // In a local network we have another address than out on the internet.
        if (AddressRules.Classify(seen) != AddressScope.Global || AddressRules.Classify(voter) != AddressScope.Global)
            return;
        (seen.AddressFamily == AddressFamily.InterNetwork ? _ipv4 : _ipv6).Cast(Network(voter), seen);
    }

    /// <summary>The priority of a connection with a peer (BEP 40); 0 while our address of its family is not known.</summary>
    public uint PriorityOf(IPEndPoint peer)
    {
        IPAddress address = AddressRules.Unmapped(peer.Address)!;
        IPAddress? own = (address.AddressFamily == AddressFamily.InterNetwork ? _ipv4 : _ipv6).Winner;
        return own is null ? 0 : PeerPriority.Between(new IPEndPoint(own, ListenPort), new IPEndPoint(address, peer.Port));
    }

    /// <summary>The part of an address that one party holds: 16 bits of IPv4, 32 of IPv6.</summary>
    private static UInt128 Network(IPAddress address)
    {
        UInt128 number = EndpointRules.ToNumber(address);
        return EndpointRules.IsMapped(number, out uint v4) ? v4 >> 16 : number >> 96;
    }

    private sealed class Ballot
    {
        private readonly List<(UInt128 Voter, IPAddress Seen)> _voices = [];

        public IPAddress? Winner { get; private set; }

        public void Cast(UInt128 voter, IPAddress seen)
        {
            _voices.RemoveAll(voice => voice.Voter == voter);
            if (_voices.Count == MaxVoices)
                _voices.RemoveAt(0);
            _voices.Add((voter, seen));

            // Among equals the one that came first, so that two who disagree do not flap.
            Winner = _voices.MaxBy(voice => _voices.Count(other => other.Seen.Equals(voice.Seen))).Seen;
        }
    }
}
