using System.Net;

namespace Freshet;

/// <summary>A session's part in the DHT at one moment. Immutable.</summary>
public sealed record DhtStatus
{
    /// <summary>Our node of IPv4, or null.</summary>
    public DhtNodeStatus? IPv4 { get; init; }

    /// <summary>Our node of IPv6, or null.</summary>
    public DhtNodeStatus? IPv6 { get; init; }

    /// <summary>Torrents that are announced there.</summary>
    public int Torrents { get; init; }

    /// <summary>Torrents that are being looked for now.</summary>
    public int LookingFor { get; init; }

    /// <summary>Nodes in both routing tables that have answered.</summary>
    public int Nodes => (IPv4?.Nodes ?? 0) + (IPv6?.Nodes ?? 0);
}

/// <summary>One of our nodes of the DHT at one moment; counts are since its start. Immutable.</summary>
public sealed record DhtNodeStatus
{
    /// <summary>Where it stands: 40 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Our address as most of those see it who answer, or null.</summary>
    public IPAddress? ExternalAddress { get; init; }

    /// <summary>Nodes in its routing table.</summary>
    public int Nodes { get; init; }

    /// <summary>Those that have answered lately.</summary>
    public int GoodNodes { get; init; }

    /// <summary>Swarms whose peers it keeps for others.</summary>
    public int Swarms { get; init; }

    /// <summary>Peers that it keeps for others.</summary>
    public int Peers { get; init; }

    /// <summary>Items that it keeps for others (BEP 44).</summary>
    public int Items { get; init; }

    /// <summary>Look-ups under way.</summary>
    public int Lookups { get; init; }

    /// <summary>Queries sent.</summary>
    public long QueriesOut { get; init; }

    /// <summary>Queries received.</summary>
    public long QueriesIn { get; init; }

    /// <summary>Answers received.</summary>
    public long AnswersIn { get; init; }

    /// <summary>Queries that nobody answered.</summary>
    public long TimeOuts { get; init; }

    /// <summary>Queries that were not answered because of a limit.</summary>
    public long Dropped { get; init; }

    /// <summary>Bytes sent.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes received.</summary>
    public long BytesIn { get; init; }
}
