using System.Net;
using Freshet.Abstractions;
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

    /// <summary>Left the list: banned, given up or pushed out. It may come back as another object.</summary>
    Gone,
}

/// <summary>The address of a peer that may be connected to, and what came of it so far.</summary>
public sealed class PeerCandidate
{
    // A mutable struct: not readonly.
    private PeerScore _score;

    internal PeerCandidate(IPEndPoint endpoint) => Endpoint = endpoint;

    /// <summary>Where the peer listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Who told us.</summary>
    public PeerSources Sources { get; internal set; }

    /// <summary>
    /// Whether it was found in a hybrid's v2 swarm, or has spoken v2 (BEP 52): it is dialled by the v2 hash then. One that did not answer so is tried by the other hash.
    /// </summary>
    public bool IsV2 { get; internal set; }

    /// <summary>Whether it is dialled plain though encryption is preferred: it did not answer otherwise.</summary>
    public bool IsPlain { get; internal set; }

    /// <summary>Over what it is dialled first: what worked the last time, or the other where that led nowhere; null: neither has been tried to its end.</summary>
    public PeerTransport? Begins { get; internal set; }

    /// <summary>Whether it speaks uTP: it has, or another peer says so (PEX).</summary>
    public bool SpeaksUtp { get; internal set; }

    /// <summary>Whether it was tried both plain and encrypted since it last answered.</summary>
    internal bool IsTriedBothWays { get; set; }

    /// <summary>What is going on.</summary>
    public CandidateState State { get; internal set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; internal set; }

    /// <summary>When it may be dialled (next).</summary>
    public MonoTime NotBefore { get; internal set; }

    /// <summary>What its connections have shown.</summary>
    public ref readonly PeerScore Score => ref _score;

    internal ref PeerScore MutableScore => ref _score;

    internal MonoTime ConnectedAt { get; set; }

    /// <summary>BEP 40's, as of when its turn came.</summary>
    internal uint Priority { get; set; }

    /// <summary>Whether it is known by rumour alone (PEX, DHT).</summary>
    internal bool IsRumour { get; set; }

    internal CandidateHeap? Heap { get; set; }

    /// <summary>The order of equals: by chance, so that not everybody dials a tracker's list from the top.</summary>
    internal uint Salt { get; init; }

    internal int HeapIndex { get; set; } = -1;

    /// <summary>The place in the list of all.</summary>
    internal int Position { get; set; }

    /// <summary>Whether the user named it.</summary>
    public bool IsUsers => (Sources & PeerSources.User) != 0;

    internal const int UserRank = 3;

    /// <summary>How much is behind the address: what the user says, what the peer itself or a tracker says, what any stranger may claim.</summary>
    internal int Rank => IsUsers ? UserRank
        : (Sources & (PeerSources.Tracker | PeerSources.Lsd | PeerSources.Incoming | PeerSources.Cache)) != 0 ? 2
        : (Sources & PeerSources.Dht) != 0 ? 1
        : 0;
}
