using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Statistics;

/// <summary>A connected peer at one moment. Immutable.</summary>
public sealed record PeerSnapshot
{
    /// <summary>The connection; odd ones came from the peer.</summary>
    public required ConnectionId Connection { get; init; }

    /// <summary>The peer's address.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>The peer's id; null while the handshake is under way.</summary>
    public PeerId? Peer { get; init; }

    /// <summary>The client's name as it said it, or as its peer id has it, made safe; null while the handshake is under way.</summary>
    public string? Client { get; init; }

    /// <summary>The part of the pieces that the peer has, from 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Whether the peer has everything.</summary>
    public bool IsSeeder { get; init; }

    /// <summary>Whether the peer chokes us.</summary>
    public bool IsChokingUs { get; init; }

    /// <summary>Whether we want something of the peer.</summary>
    public bool AreWeInterested { get; init; }

    /// <summary>Whether we choke the peer.</summary>
    public bool IsChokedByUs { get; init; }

    /// <summary>Whether the peer wants something of us.</summary>
    public bool IsInterestedInUs { get; init; }

    /// <summary>Whether the peer let requests time out.</summary>
    public bool IsSnubbed { get; init; }

    /// <summary>Payload bytes a second from the peer.</summary>
    public double DownloadRate { get; init; }

    /// <summary>Payload bytes a second to the peer.</summary>
    public double UploadRate { get; init; }

    /// <summary>Payload bytes from the peer over this connection.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes to the peer over this connection.</summary>
    public long Uploaded { get; init; }

    /// <summary>Who told us of the peer.</summary>
    public PeerSources Sources { get; init; }

    /// <summary>What carries the connection; meant once the handshakes are through.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>How payload is written where the connection began with message stream encryption, else None.</summary>
    public MsePayload Encryption { get; init; }

    /// <summary>Bytes from the peer that came in vain: twice, or unasked for.</summary>
    public long Redundant { get; init; }

    /// <summary>Pieces with a wrong hash that the peer sent a part of.</summary>
    public int HashFailures { get; init; }

    /// <summary>The requests that are kept at the peer: as many as its line takes.</summary>
    public int RequestWindow { get; init; }

    /// <summary>From a request to its block; null before the first.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Requests of ours that wait for an answer.</summary>
    public int OutstandingRequests { get; init; }

    /// <summary>Requests of the peer that wait for an answer.</summary>
    public int QueuedUploads { get; init; }
}
