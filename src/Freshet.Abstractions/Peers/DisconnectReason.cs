namespace Freshet.Abstractions;

/// <summary>Why a connection ended: a value, not an exception, because it is weather.</summary>
public enum DisconnectReason : byte
{
    /// <summary>Not said.</summary>
    None,

    /// <summary>The peer closed the connection.</summary>
    ClosedByPeer,

    /// <summary>The peer refused the connection, or no such address is reachable.</summary>
    ConnectFailed,

    /// <summary>The connection could not be opened in time.</summary>
    ConnectTimeout,

    /// <summary>The whole handshake was not through in 10 s.</summary>
    HandshakeTimeout,

    /// <summary>What the peer sent is not a BitTorrent handshake.</summary>
    BadHandshake,

    /// <summary>The peer named another info-hash than the one it was asked for, or one that we do not have.</summary>
    UnknownTorrent,

    /// <summary>We connected to ourselves.</summary>
    SelfConnection,

    /// <summary>We are connected to this peer already.</summary>
    Duplicate,

    /// <summary>A message longer than any that this torrent allows.</summary>
    MessageTooLong,

    /// <summary>A message that the protocol does not allow: wrong length, index or moment.</summary>
    ProtocolError,

    /// <summary>Nothing came for 120 s.</summary>
    PeerTimeout,

    /// <summary>Neither side wants anything of the other.</summary>
    Useless,

    /// <summary>A place was needed for another peer, or a limit was reached.</summary>
    Limit,

    /// <summary>The peer is banned: it sent wrong data.</summary>
    Banned,

    /// <summary>The torrent was stopped or removed.</summary>
    TorrentStopped,

    /// <summary>The session ends.</summary>
    Shutdown,

    /// <summary>The operating system reported an error on the socket.</summary>
    SocketError,

    /// <summary>The torrent is private and another of its trackers has taken over (BEP 27).</summary>
    TrackerChanged,

    /// <summary>The peer does not encrypt where that is required, or does where it is off.</summary>
    Encryption,
}
