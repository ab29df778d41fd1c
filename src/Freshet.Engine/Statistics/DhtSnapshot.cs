using Freshet.Engine.Dht;

namespace Freshet.Engine.Statistics;

/// <summary>A session's part in the DHT at one moment.</summary>
/// <param name="IPv4">Our node of IPv4, or null.</param>
/// <param name="IPv6">Our node of IPv6, or null.</param>
/// <param name="Torrents">Torrents that take part.</param>
/// <param name="LookingFor">Torrents that are being looked for.</param>
public sealed record DhtSnapshot(DhtStatistics? IPv4, DhtStatistics? IPv6, int Torrents, int LookingFor);
