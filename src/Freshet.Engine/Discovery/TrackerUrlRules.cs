using System.Net;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>Which tracker URLs are asked, beyond what their form allows (THREATS H1).</summary>
public static class TrackerUrlRules
{
    /// <summary>
    /// Whether a URL must not be asked because of where it leads: on this machine only <c>/announce</c> is a tracker, anything else could be a service that
    /// a torrent must not reach, and a query must not bring its own parameters (THREATS H1).
    /// </summary>
    public static string? RefusesAddresses(TrackerUrl url, IReadOnlyList<IPAddress> addresses)
    {
        if (url.Protocol == TrackerProtocol.Udp || !addresses.Any(IsThisMachine))
            return null;
        bool isPlain = (url.PathAndQuery == "/announce" || url.PathAndQuery.StartsWith("/announce?", StringComparison.Ordinal))
            && !url.PathAndQuery.Contains("info_hash=", StringComparison.OrdinalIgnoreCase);
        return isPlain ? null : "a tracker on this machine is asked at /announce only";
    }

    private static bool IsThisMachine(IPAddress address)
        => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
