using System.Net;
using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>What a pump needs for a connection: where to, how to introduce us, and what to bound the peer's messages by.</summary>
/// <param name="Endpoint">The peer's address; for an accepted connection where it came from.</param>
/// <param name="Swarm">The info-hash to name (outgoing) or that was named (incoming).</param>
/// <param name="Self">Our peer id.</param>
/// <param name="Layout">
/// Bounds indexes, offsets and the bitfield's length. Immutable, so that every pump may read it. Null where it is not known yet, or nobody looks at pieces yet: what the
/// peer says of pieces is kept, within bounds, until <see cref="PeerCommandKind.Layout"/>.
/// </param>
public sealed record ConnectionSetup(IPEndPoint Endpoint, InfoHash Swarm, PeerId Self, PieceLayout? Layout)
{
    /// <summary>
    /// The torrent's v2 swarm (BEP 52), or null. Where <see cref="Swarm"/> is the v1 swarm of a hybrid, it is offered by a reserved bit, and a peer that we dial may
    /// answer with it in place of the v1 hash. Where both sides have agreed on it hash messages are understood.
    /// </summary>
    public InfoHash? V2Swarm { get; init; }

    /// <summary>Whether a reserved bit says that we have a node of the DHT (BEP 5); the port message with its port is a command of its own.</summary>
    public bool OffersDht { get; init; }

    /// <summary>
    /// How payload may be written behind the handshake of message stream encryption; None: the connection begins with BitTorrent's. For connections that we open: who dials us
    /// says it first.
    /// </summary>
    public MsePayload Encryption { get; init; }

    /// <summary>Over what a peer is dialled. For connections that we open.</summary>
    public DialPlan Plan { get; init; }

    /// <summary>Which torrent of the session it is: whose data the pump may read for the peer.</summary>
    public TorrentId Torrent { get; init; }

    /// <summary>How long the peer may be silent, or null for the field's two minutes.</summary>
    public TimeSpan? Silence { get; init; }
}

/// <summary>A peer's handshake (BEP 3).</summary>
/// <param name="Endpoint">Where the peer is.</param>
/// <param name="Swarm">The info-hash it named; once the handshakes are through the one that both agreed on, which for a hybrid may be the v2 hash though a peer named that of v1.</param>
/// <param name="Peer">Its peer id; all zero while an incoming peer has not sent it yet.</param>
/// <param name="SupportsExtensions">Reserved bit of BEP 10.</param>
/// <param name="SupportsFast">Reserved bit of BEP 6.</param>
/// <param name="SupportsDht">Reserved bit of BEP 5.</param>
/// <param name="SupportsV2">Reserved bit of BEP 52.</param>
public sealed record PeerHandshake(
    IPEndPoint Endpoint,
    InfoHash Swarm,
    PeerId Peer,
    bool SupportsExtensions,
    bool SupportsFast,
    bool SupportsDht,
    bool SupportsV2)
{
    /// <summary>How payload is written where message stream encryption came first, else None.</summary>
    public MsePayload Encryption { get; init; }

    /// <summary>What carries the connection.</summary>
    public PeerTransport Transport { get; init; }
}

/// <summary>The answer to <see cref="PeerEventKind.Masked"/>.</summary>
/// <param name="Swarm">Which torrent the peer means.</param>
/// <param name="Accepts">How payload may be written.</param>
public sealed record Unmasking(InfoHash Swarm, MsePayload Accepts);

/// <summary>The handshake of the extension protocol (BEP 10), as far as it was said. Null: not said.</summary>
public sealed record ExtensionHandshake
{
    /// <summary><c>m</c>: the message number that the sender wants for each extension it knows; 0 switches one off.</summary>
    public IReadOnlyDictionary<string, byte> Messages { get; init; } = new Dictionary<string, byte>(StringComparer.Ordinal);

    /// <summary><c>p</c>: the sender's listen port.</summary>
    public int? ListenPort { get; init; }

    /// <summary><c>v</c>: the sender's name and version, control characters removed, at most 64 characters.</summary>
    public string? Client { get; init; }

    /// <summary><c>yourip</c>: the receiver's address as the sender sees it.</summary>
    public IPAddress? YourAddress { get; init; }

    /// <summary><c>reqq</c>: how many requests the sender queues; at least 1.</summary>
    public int? RequestQueue { get; init; }

    /// <summary><c>upload_only</c> (BEP 21): the sender downloads nothing more.</summary>
    public bool? UploadOnly { get; init; }

    /// <summary><c>metadata_size</c> (BEP 9) in bytes.</summary>
    public int? MetadataSize { get; init; }
}
