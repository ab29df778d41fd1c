using System.Net;
using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>Something that the outside may want to know. The engine neither logs nor raises events: it says what happened.</summary>
public abstract record EngineNotice;

/// <summary>A torrent went into another state.</summary>
public sealed record TorrentStateNotice(TorrentId Torrent, TorrentState State, string? Reason) : EngineNotice;

/// <summary>A torrent that was to be removed is stopped, saved and forgotten.</summary>
public sealed record TorrentRemovedNotice(TorrentId Torrent) : EngineNotice;

/// <summary>All that is wanted of a torrent has come in, while it ran.</summary>
public sealed record TorrentCompletedNotice(TorrentId Torrent) : EngineNotice;

/// <summary>
/// A torrent has given enough. Where the action is to stop it stops by itself; to remove it, and to delete its data, is for whoever hears this.
/// </summary>
public sealed record GoalReachedNotice(TorrentId Torrent, string Reason, GoalAction Action) : EngineNotice;

/// <summary>A torrent that sleeps is needed: its metainfo and what is remembered of its data.</summary>
public sealed record TorrentNeededNotice(TorrentId Torrent) : EngineNotice;

/// <summary>
/// The info dictionary of a torrent that was added without has come from its peers, and has the torrent's hash; what is in it nobody has looked at. Whoever hears this
/// makes metainfo of it.
/// </summary>
public sealed record MetadataFetchedNotice(TorrentId Torrent, ReadOnlyMemory<byte> Info) : EngineNotice;

/// <summary>What peers have given of the piece layers that the metadata lacks (BEP 52), by <c>pieces root</c>: whole, and proven. Where nobody gave the rest it is not all.</summary>
public sealed record PieceLayersFetchedNotice(TorrentId Torrent, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> Layers) : EngineNotice;

/// <summary>Metadata that several peers gave together had a wrong hash, or the metadata of one peer, who is banned then.</summary>
public sealed record MetadataFailedNotice(TorrentId Torrent, int Size, int Senders) : EngineNotice;

/// <summary>A torrent begins to look for peers: whoever has a peer cache answers with what it knows of these swarms.</summary>
public sealed record PeersWantedNotice(TorrentId Torrent, IReadOnlyList<InfoHash> Swarms) : EngineNotice;

/// <summary>Peers of a torrent that a peer cache should keep; they take the place of those that were said before.</summary>
public sealed record PeersKnownNotice(TorrentId Torrent, IReadOnlyList<CachedSwarm> Swarms) : EngineNotice;

/// <summary>A piece had a wrong hash.</summary>
public sealed record PieceFailedNotice(TorrentId Torrent, PieceIndex Piece, int Senders) : EngineNotice;

/// <summary>A peer was connected and has shaken hands.</summary>
/// <param name="Torrent">The torrent.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Endpoint">The peer's address.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Transport">What carries the connection.</param>
/// <param name="Encryption">How payload is written where message stream encryption came first, else None.</param>
public sealed record PeerConnectedNotice(
    TorrentId Torrent, ConnectionId Connection, IPEndPoint Endpoint, PeerId Peer, PeerTransport Transport, MsePayload Encryption) : EngineNotice;

/// <summary>A peer's connection ended or never came about.</summary>
public sealed record PeerClosedNotice(TorrentId Torrent, ConnectionId Connection, IPEndPoint Endpoint, DisconnectReason Reason) : EngineNotice;

/// <summary>A peer was banned.</summary>
public sealed record PeerBannedNotice(TorrentId Torrent, IPEndPoint Endpoint, string Reason) : EngineNotice;

/// <summary>A tracker answered, or did not. The URL's secrets are redacted.</summary>
public sealed record TrackerNotice(TorrentId Torrent, string Url, int Peers, TimeSpan NextAnnounceIn, string? Error, string? Warning) : EngineNotice;

/// <summary>The disk made trouble.</summary>
public sealed record DiskNotice(TorrentId Torrent, DiskError Error, bool WillRetry) : EngineNotice;

/// <summary>A file goes on after the torrent's last byte of it: left alone.</summary>
/// <param name="Torrent">The torrent.</param>
/// <param name="Path">The file, below the torrent's folder.</param>
/// <param name="Extra">Bytes beyond the file's length in the torrent.</param>
public sealed record FileTailNotice(TorrentId Torrent, string Path, long Extra) : EngineNotice;

/// <summary>A file was taken, in whole or in part, from another torrent's data. Said once for each place that it came from.</summary>
/// <param name="Torrent">The torrent.</param>
/// <param name="Path">The file, below the torrent's folder.</param>
/// <param name="Giver">The torrent that has it.</param>
/// <param name="GiverName">That one's safe name.</param>
/// <param name="Bytes">So many bytes were taken.</param>
public sealed record FileTakenNotice(TorrentId Torrent, string Path, TorrentId Giver, string GiverName, long Bytes) : EngineNotice;

/// <summary>Somebody else's piece picker threw or proposed nonsense: the torrent goes on with the rarest piece first. Said once.</summary>
public sealed record PickerFailedNotice(TorrentId Torrent, string Reason) : EngineNotice;

/// <summary>The state store made trouble; downloading goes on, a restart may have to check more.</summary>
public sealed record StateStoreNotice(string Error) : EngineNotice;

/// <summary>Nodes of the DHT that answer now, to be kept for the next start.</summary>
public sealed record DhtNodesNotice(SavedNodes Nodes) : EngineNotice;

/// <summary>What a torrent is doing.</summary>
public enum TorrentState : byte
{
    /// <summary>Not started, or stopped by the user or by a goal of seeding; the reason says by which.</summary>
    Stopped,

    /// <summary>Looking at what is on disk.</summary>
    Checking,

    /// <summary>Fetching what is missing.</summary>
    Downloading,

    /// <summary>Complete (or all that was selected) and giving back.</summary>
    Seeding,

    /// <summary>Stopped by trouble that needs a person, or retried later; the reason says which.</summary>
    Error,

    /// <summary>Wants to run, and waits until the limits of active torrents let it; the reason says for which.</summary>
    Queued,

    /// <summary>Added by its info-hash alone, and looking for peers that give its metadata.</summary>
    FetchingMetadata,
}
