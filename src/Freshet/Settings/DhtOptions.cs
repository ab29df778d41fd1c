using System.Net;

namespace Freshet;

/// <summary>Whether and how a session takes part in the DHT, by which peers are found without a tracker (docs/bep/0005.md). A private torrent never does.</summary>
public sealed record DhtOptions
{
    /// <summary>Routers that are always there, run by makers of other clients. Whoever asks them tells them his address, and nothing else.</summary>
    /// <remarks>Set by tests alone, which ask nobody out there.</remarks>
    public static IReadOnlyList<EndPoint> WellKnownRouters { get; internal set; } =
    [
        new DnsEndPoint("router.bittorrent.com", 6881),
        new DnsEndPoint("dht.transmissionbt.com", 6881),
        new DnsEndPoint("dht.libtorrent.org", 25401),
    ];

    /// <summary>No DHT.</summary>
    public static DhtOptions Off { get; } = new() { IsOn = false };

    /// <summary>Whether the session takes part.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>
    /// Nodes that are asked where neither saved nodes, nor torrents, nor peers lead into the DHT: <see cref="IPEndPoint"/> or <see cref="DnsEndPoint"/>. A session that is
    /// bound to an address of this machine alone (127.0.0.0/8, ::1) asks for no names: nobody out there could be reached from it.
    /// </summary>
    public IReadOnlyList<EndPoint> Routers { get; init; } = WellKnownRouters;

    /// <summary>Asks others and answers nobody (BEP 43): for a line that is paid by the byte.</summary>
    public bool IsReadOnly { get; init; }
}
