using System.Net;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>A node at a moment, and what it has counted since its start.</summary>
public sealed record DhtStatistics
{
    /// <summary>Where it stands.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Our address as most of those who answer see it, or null.</summary>
    public IPAddress? External { get; init; }

    /// <summary>Nodes of the routing table.</summary>
    public int Nodes { get; init; }

    /// <summary>Those of them that have answered lately.</summary>
    public int GoodNodes { get; init; }

    /// <summary>Nodes that wait for a place.</summary>
    public int SpareNodes { get; init; }

    /// <summary>Buckets of the table.</summary>
    public int Buckets { get; init; }

    /// <summary>Swarms kept for others.</summary>
    public int Swarms { get; init; }

    /// <summary>Peers kept for others.</summary>
    public int Peers { get; init; }

    /// <summary>Items kept for others.</summary>
    public int Items { get; init; }

    /// <summary>Look-ups under way.</summary>
    public int Lookups { get; init; }

    /// <summary>Queries that wait for their answers.</summary>
    public int Pending { get; init; }

    /// <summary>Queries sent.</summary>
    public long QueriesOut { get; init; }

    /// <summary>Queries received.</summary>
    public long QueriesIn { get; init; }

    /// <summary>Answers received to queries of ours.</summary>
    public long AnswersIn { get; init; }

    /// <summary>Errors received to queries of ours.</summary>
    public long ErrorsIn { get; init; }

    /// <summary>Datagrams sent.</summary>
    public long DatagramsOut { get; init; }

    /// <summary>Datagrams received.</summary>
    public long DatagramsIn { get; init; }

    /// <summary>Bytes sent.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes received.</summary>
    public long BytesIn { get; init; }

    /// <summary>Of the bytes sent those of answers and errors.</summary>
    public long AnswerBytesOut { get; init; }

    /// <summary>Queries of ours that nobody answered.</summary>
    public long TimeOuts { get; init; }

    /// <summary>Queries that were not answered because of a limit.</summary>
    public long Dropped { get; init; }

    /// <summary>Datagrams that were no message, or an answer to nothing.</summary>
    public long Malformed { get; init; }

    /// <summary>How long an answer may take before it is late.</summary>
    public TimeSpan LateAfter { get; init; }
}
