using System.Net;
using System.Net.Sockets;

namespace Freshet.Abstractions;

/// <summary>The multicast groups of local discovery (BEP 14), one a family.</summary>
public sealed record LocalGroups
{
    /// <summary>Those of BEP 14.</summary>
    public static LocalGroups Bep14 { get; } = new();

    /// <summary>The group of IPv4.</summary>
    public IPEndPoint IPv4 { get; init; } = new(IPAddress.Parse("239.192.152.143"), 6771);

    /// <summary>The group of IPv6.</summary>
    public IPEndPoint IPv6 { get; init; } = new(IPAddress.Parse("ff15::efc0:988f"), 6771);

    /// <summary>Whether loopback is among the interfaces: for tries on one machine.</summary>
    public bool UseLoopback { get; init; }

    /// <summary>The group of a family.</summary>
    public IPEndPoint Of(AddressFamily family) => family == AddressFamily.InterNetwork ? IPv4 : IPv6;

    /// <summary>Whether a datagram to this address is one of local discovery.</summary>
    public bool IsGroup(IPEndPoint remote) => remote.Equals(IPv4) || remote.Equals(IPv6);
}
