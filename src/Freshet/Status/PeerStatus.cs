using System.Net;
using Freshet.Abstractions;

namespace Freshet;

/// <summary>How a connection to a peer is doing at one moment. Immutable.</summary>
public sealed record PeerStatus
{
    /// <summary>The peer's address.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>The peer's id, bytes that are not printable as <c>%XX</c>; null while the handshake is under way.</summary>
    public string? PeerId { get; init; }

    /// <summary>
    /// Its client: its name for itself (BEP 10), else what its peer id says (BEP 20), control characters removed; null while the handshake is under way.
    /// Anything may be in it.
    /// </summary>
    public string? Client { get; init; }

    /// <summary>Whether it connected to us.</summary>
    public bool IsIncoming { get; init; }

    /// <summary>Who told us of it.</summary>
    public PeerSources Sources { get; init; }

    /// <summary>What carries the connection; meant once the handshake is through.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>How payload is written where the connection began with message stream encryption, else None.</summary>
    public MsePayload Encryption { get; init; }

    /// <summary>How much of the torrent it has, from 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Payload bytes a second received from it.</summary>
    public long DownloadRate { get; init; }

    /// <summary>Payload bytes a second sent to it.</summary>
    public long UploadRate { get; init; }

    /// <summary>Payload bytes received from it over this connection.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes sent to it over this connection.</summary>
    public long Uploaded { get; init; }

    /// <summary>Whether it has something that we want.</summary>
    public bool AmInterested { get; init; }

    /// <summary>Whether it refuses our requests.</summary>
    public bool IsChokingUs { get; init; }

    /// <summary>Whether it wants something that we have.</summary>
    public bool IsInterested { get; init; }

    /// <summary>Whether we refuse its requests.</summary>
    public bool AmChoking { get; init; }

    /// <summary>Whether it let requests time out and has sent nothing since.</summary>
    public bool IsSnubbed { get; init; }

    /// <summary>Requests that it has not answered yet.</summary>
    public int RequestsOutstanding { get; init; }

    /// <summary>Requests that are kept at it: as many as its line takes.</summary>
    public int RequestWindow { get; init; }

    /// <summary>From a request to its block; null before the first.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Its requests that we have not answered yet.</summary>
    public int RequestsQueued { get; init; }

    /// <summary>Bytes from it that came in vain: twice, or unasked for.</summary>
    public long Redundant { get; init; }

    /// <summary>Pieces with a wrong hash that it sent a part of; also one that sent only right blocks of them.</summary>
    public int HashFailures { get; init; }

    /// <summary>
    /// The state of the connection in letters: <c>D</c> it may send us what we want, <c>d</c> we want something and it chokes us, <c>U</c> and <c>u</c> the same
    /// the other way round, <c>K</c> it would send but we want nothing, <c>?</c> we would send but it wants nothing, <c>S</c> snubbed, <c>I</c> it connected to us,
    /// <c>E</c> all is encrypted, <c>e</c> only the handshake, <c>P</c> over uTP.
    /// </summary>
    public string Flags => string.Concat(
        AmInterested ? (IsChokingUs ? "d" : "D") : IsChokingUs ? "" : "K",
        IsInterested ? (AmChoking ? "u" : "U") : AmChoking ? "" : "?",
        IsSnubbed ? "S" : "",
        IsIncoming ? "I" : "",
        Encryption switch { MsePayload.Rc4 => "E", MsePayload.Plain => "e", _ => "" },
        Transport == PeerTransport.Utp ? "P" : "");
}
