using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>How far a look-up is with a node.</summary>
internal enum CandidateState : byte
{
    /// <summary>Not asked yet.</summary>
    Fresh,

    /// <summary>Asked.</summary>
    Asked,

    /// <summary>Asked, and its answer takes longer than others.</summary>
    Late,

    /// <summary>It has answered.</summary>
    Answered,

    /// <summary>It has not, or not to the point.</summary>
    Failed,
}

/// <summary>A node that a look-up knows of.</summary>
internal sealed class Candidate(NodeContact contact, int hop, bool counts)
{
    public NodeContact Contact { get; set; } = contact;

    /// <summary>1 for a node of our own table, one more for each that told of the next.</summary>
    public int Hop => hop;

    /// <summary>Whether its id fits its address. Others may be asked; they neither end a look-up nor are stored at.</summary>
    public bool Counts { get; set; } = counts;

    public UInt128 Subnet { get; } = contact.Endpoint.Subnet;

    public CandidateState State { get; set; }

    /// <summary>Its token, at most <see cref="DhtLimits.MaxToken"/> bytes.</summary>
    public byte[] Token { get; set; } = [];

    /// <summary>It was told to store a second time.</summary>
    public bool IsStoredAgain { get; set; }

    /// <summary>It has said whether it stores.</summary>
    public bool HasReplied { get; set; }
}
