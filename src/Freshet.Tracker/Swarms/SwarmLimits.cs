namespace Freshet.Tracker.Swarms;

/// <summary>How much a tracker remembers.</summary>
internal sealed record SwarmLimits
{
    /// <summary>Torrents; one that has few peers takes some 700 bytes.</summary>
    public int MaxTorrents { get; init; } = 1_000_000;

    /// <summary>Peers of all torrents; each takes 50 to 100 bytes.</summary>
    public int MaxPeers { get; init; } = 5_000_000;

    /// <summary>Peers of a torrent: larger swarms do not get better by it.</summary>
    public int MaxPeersPerTorrent { get; init; } = 200_000;

    /// <summary>Peers of a torrent at one IPv4 address or IPv6 /64: enough for a carrier's NAT, too few to fill a swarm with.</summary>
    public int MaxPeersPerSource { get; init; } = 64;

    /// <summary>How long a peer that does not announce any more is named to others.</summary>
    public TimeSpan PeerLifetime { get; init; } = TimeSpan.FromMinutes(60);
}
