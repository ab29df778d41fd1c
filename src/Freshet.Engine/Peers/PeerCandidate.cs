using System.Net;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>What is going on with a candidate.</summary>
public enum CandidateState : byte
{
    /// <summary>Waits for its turn.</summary>
    Idle,

    /// <summary>A connection is being opened.</summary>
    Connecting,

    /// <summary>There is a connection, whoever opened it.</summary>
    Connected,

    /// <summary>Ourselves: never dialled again.</summary>
    Self,

    /// <summary>Left the list: banned, given up or pushed out. Never dialled again through this object.</summary>
    Gone,
}

/// <summary>The address of a peer that may be connected to, and what came of it so far.</summary>
public sealed class PeerCandidate
{
    internal PeerCandidate(IPEndPoint endpoint) => Endpoint = endpoint;

    /// <summary>Where the peer listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Who told us.</summary>
    public PeerSources Sources { get; internal set; }

    /// <summary>What is going on.</summary>
    public CandidateState State { get; internal set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; internal set; }

    /// <summary>When it may be dialled (next).</summary>
    public MonoTime NotBefore { get; internal set; }

    internal MonoTime ConnectedAt { get; set; }

    internal uint Salt { get; set; }

    internal int HeapIndex { get; set; } = -1;
}
