using System.Net;
using Freshet.Abstractions;

namespace Freshet.Engine.Peers;

/// <summary>
/// Counts the candidates of each host that are known by rumour alone (PEX, DHT): some, since a few may share an address, but not a whole list that a liar fills with the
/// ports of his victim (THREATS W8).
/// </summary>
internal sealed class RumourCount
{
    /// <summary>The most of one host, or of one /64 of IPv6.</summary>
    public const int MaxPerHost = 8;

    /// <summary>Hosts that are remembered; then it begins anew. More than there can be candidates, so that who filled the list is not forgotten by it.</summary>
    private const int MaxHosts = 4096;

    // Only ever looked up by key, never enumerated: its order decides nothing.
    private readonly Dictionary<UInt128, int> _hosts = [];

    /// <summary>Whether candidates of a source are counted: rumours, and announces of the local network, whose senders' addresses are easily forged.</summary>
    public static bool Counts(PeerSources source) => IsRumour(source) || source == PeerSources.Lsd;

    /// <summary>Whether a source proves nothing.</summary>
    public static bool IsRumour(PeerSources source) => source is PeerSources.Pex or PeerSources.Dht;

    /// <summary>Counts one more; false where there are too many. On one machine any number of peers may be.</summary>
    public bool TryAdd(IPAddress address)
    {
        if (AddressRules.Classify(address) == AddressScope.Loopback)
            return true;
        UInt128 host = AddressRules.StrangerKey(address);
        int count = _hosts.GetValueOrDefault(host);
        if (count >= MaxPerHost)
            return false;
        if (_hosts.Count >= MaxHosts)
            _hosts.Clear();
        _hosts[host] = count + 1;
        return true;
    }

    /// <summary>One that was counted is no rumour any more. One that proved false stays counted, so that a host is not called again each time that a liar names it.</summary>
    public void Remove(IPAddress address)
    {
        UInt128 host = AddressRules.StrangerKey(address);
        if (_hosts.TryGetValue(host, out int count) && count > 1)
            _hosts[host] = count - 1;
        else
            _hosts.Remove(host);
    }
}
