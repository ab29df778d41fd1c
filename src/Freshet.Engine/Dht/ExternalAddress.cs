using System.Net;
using Freshet.Abstractions;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>Our address as those see it who answer us (BEP 42), by majority: each network has one voice, the last ones count.</summary>
internal sealed class ExternalAddress
{
    /// <summary>Voices that count.</summary>
    public const int MaxVoices = 16;

    /// <summary>Voices that a majority needs at the least: so many networks must lie in the same way before we move for it.</summary>
    public const int LeastVoices = 4;

    private readonly List<(UInt128 Voter, NodeEndpoint Seen)> _voices = [];

    /// <summary>What most say, without a port; null while no majority is large enough.</summary>
    public NodeEndpoint? Winner { get; private set; }

    /// <summary>Somebody who was asked says how he sees us. True where the majority is another one now.</summary>
    public bool Vote(NodeEndpoint voter, NodeEndpoint seen)
    {
        // In a local network we have another address than out on the internet.
        if (voter.Scope != AddressScope.Global || seen.Scope != AddressScope.Global || voter.IsIPv4 != seen.IsIPv4)
            return false;
        seen = seen with { Port = 0 };
        UInt128 network = voter.IsIPv4 ? voter.Low >> 16 : voter.High >> 32;
        int before = _voices.FindIndex(voice => voice.Voter == network);
        if (before >= 0 && _voices[before].Seen == seen)
            return false;
        if (before >= 0)
            _voices.RemoveAt(before);
        else if (_voices.Count == MaxVoices)
            _voices.RemoveAt(0);
        _voices.Add((network, seen));

        int same = _voices.Count(voice => voice.Seen == seen);
        if (same < LeastVoices || same * 2 <= _voices.Count || Winner == seen)
            return false;
        Winner = seen;
        return true;
    }

    /// <summary>The address, or null.</summary>
    public IPAddress? ToIPAddress() => Winner?.ToIPEndPoint().Address;
}
