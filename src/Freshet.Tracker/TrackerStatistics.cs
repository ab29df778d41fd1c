namespace Freshet.Tracker;

/// <summary>A tracker in numbers, since its start where they are not of the moment.</summary>
public sealed record TrackerStatistics
{
    /// <summary>How long it has been running.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>Torrents that have peers.</summary>
    public int Torrents { get; init; }

    /// <summary>Peers of all torrents.</summary>
    public int Peers { get; init; }

    /// <summary>HTTP connections that are open.</summary>
    public int Connections { get; init; }

    /// <summary>Announces over HTTP.</summary>
    public long HttpAnnounces { get; init; }

    /// <summary>Announces over UDP.</summary>
    public long UdpAnnounces { get; init; }

    /// <summary>Connection ids given over UDP.</summary>
    public long UdpConnects { get; init; }

    /// <summary>Scrapes over both.</summary>
    public long Scrapes { get; init; }

    /// <summary>Requests that were refused: torrents that are not served, no room, connection ids that are not valid.</summary>
    public long Refused { get; init; }

    /// <summary>Requests turned away because one source asked too often.</summary>
    public long Limited { get; init; }

    /// <summary>Requests that were none.</summary>
    public long Malformed { get; init; }

    /// <summary>Connections turned away over the limits.</summary>
    public long Rejected { get; init; }

    /// <summary>Connections that brought no whole request in time.</summary>
    public long TimedOut { get; init; }
}
