using System.Net;
using Freshet.Core;

namespace Freshet;

/// <summary>A node of the DHT.</summary>
/// <param name="Id">Where it stands: 40 hexadecimal digits.</param>
/// <param name="Endpoint">Where it is reached.</param>
public sealed record DhtContact(string Id, IPEndPoint Endpoint);

/// <summary>A node that was pinged.</summary>
/// <param name="Endpoint">The node.</param>
public sealed record DhtPing(IPEndPoint Endpoint)
{
    /// <summary>Where it stands, or null where it did not answer.</summary>
    public string? Id { get; init; }

    /// <summary>From the question to the answer; null: there was none.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>What its software calls itself, unprintable bytes as <c>%XX</c>; or null.</summary>
    public string? Version { get; init; }
}

/// <summary>How a look-up went.</summary>
public record DhtLookup
{
    /// <summary>What was looked for: 40 hexadecimal digits.</summary>
    public required string Target { get; init; }

    /// <summary>How many nodes told of each other to lead to the nearest ones.</summary>
    public int Hops { get; init; }

    /// <summary>Nodes that were asked.</summary>
    public int Asked { get; init; }

    /// <summary>Nodes that answered.</summary>
    public int Answered { get; init; }

    /// <summary>Nodes that did not answer in time.</summary>
    public int Failed { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>When the first thing came that was looked for; null: nothing came.</summary>
    public TimeSpan? FirstAfter { get; init; }

    /// <summary>The nodes nearest to the target that answered, nearest first.</summary>
    public IReadOnlyList<DhtContact> Closest { get; init; } = [];

    /// <summary>Nodes that have stored what was announced or put.</summary>
    public int Stored { get; init; }

    /// <summary>Nodes that refused to.</summary>
    public int Refused { get; init; }

    /// <summary>What the last one that refused said: a number of BEP 5 or 44; null: nobody refused.</summary>
    public long? LastError { get; init; }
}

/// <summary>Peers that were looked for.</summary>
public sealed record DhtPeers : DhtLookup
{
    /// <summary>Those that were found, in the order in which they came.</summary>
    public IReadOnlyList<IPEndPoint> Peers { get; init; } = [];

    /// <summary>Of a count: about how many have all of the torrent (BEP 33).</summary>
    public int? Seeds { get; init; }

    /// <summary>Of a count: about how many lack something.</summary>
    public int? Downloaders { get; init; }
}

/// <summary>An item that was looked for or put (BEP 44).</summary>
public sealed record DhtItemResult : DhtLookup
{
    /// <summary>The value as it stands, bencoded; null where none was found.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>The public key of a mutable item, 64 hexadecimal digits; else null.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The number of a mutable item's value.</summary>
    public long? Sequence { get; init; }
}

/// <summary>Swarms that nodes know (BEP 51).</summary>
public sealed record DhtSamples : DhtLookup
{
    /// <summary>The info-hashes.</summary>
    public IReadOnlyList<InfoHash> Swarms { get; init; } = [];

    /// <summary>How many swarms the nodes that answered say that they know, each by itself.</summary>
    public long Known { get; init; }
}
