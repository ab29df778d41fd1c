using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet;

/// <summary>Something that happened in a session.</summary>
/// <param name="Time">When.</param>
public abstract record TorrentEvent(DateTimeOffset Time);

/// <summary>A torrent went into another state.</summary>
public sealed record TorrentStateChanged(DateTimeOffset Time, TorrentId Torrent, TorrentState State, string? Reason) : TorrentEvent(Time);

/// <summary>The metadata of a torrent that was added by a magnet link has come.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Size">Bytes of the metadata.</param>
public sealed record MetadataReceived(DateTimeOffset Time, TorrentId Torrent, string Name, int Size) : TorrentEvent(Time);

/// <summary>Metadata that peers gave had a wrong hash, and is fetched again.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Size">Bytes of the metadata, as they say.</param>
/// <param name="Senders">How many peers sent pieces of it; one alone is banned.</param>
public sealed record MetadataFailed(DateTimeOffset Time, TorrentId Torrent, int Size, int Senders) : TorrentEvent(Time);

/// <summary>All that is wanted of a torrent has come in and is verified and stored.</summary>
public sealed record TorrentCompleted(DateTimeOffset Time, TorrentId Torrent) : TorrentEvent(Time);

/// <summary>A torrent has given enough.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Reason">Which goal was reached; for people.</param>
/// <param name="Action">What becomes of it.</param>
public sealed record GoalReached(DateTimeOffset Time, TorrentId Torrent, string Reason, GoalAction Action) : TorrentEvent(Time);

/// <summary>A piece is verified and stored.</summary>
public sealed record PieceCompleted(DateTimeOffset Time, TorrentId Torrent, PieceIndex Piece) : TorrentEvent(Time);

/// <summary>A piece had a wrong hash and is fetched again.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Piece">The piece.</param>
/// <param name="Senders">How many peers sent blocks of it.</param>
public sealed record PieceFailed(DateTimeOffset Time, TorrentId Torrent, PieceIndex Piece, int Senders) : TorrentEvent(Time);

/// <summary>A peer was connected.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Endpoint">The peer's address.</param>
/// <param name="Peer">Its peer id, escaped.</param>
/// <param name="Transport">What carries the connection.</param>
/// <param name="Encryption">How payload is written where the connection began with message stream encryption, else None.</param>
public sealed record PeerConnected(
    DateTimeOffset Time, TorrentId Torrent, IPEndPoint Endpoint, string Peer, PeerTransport Transport, MsePayload Encryption) : TorrentEvent(Time);

/// <summary>A connection to a peer ended, or never came about.</summary>
public sealed record PeerDisconnected(DateTimeOffset Time, TorrentId Torrent, IPEndPoint Endpoint, DisconnectReason Reason) : TorrentEvent(Time);

/// <summary>A peer was banned for wrong data.</summary>
public sealed record PeerBanned(DateTimeOffset Time, TorrentId Torrent, IPEndPoint Endpoint, string Reason) : TorrentEvent(Time);

/// <summary>A tracker answered, or did not.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Url">The tracker, secrets redacted.</param>
/// <param name="Peers">Addresses in its answer.</param>
/// <param name="NextAnnounceIn">When it is announced to again; null: not at all.</param>
/// <param name="Error">Why it failed, or null.</param>
/// <param name="Warning">What it wants its users to know, or null.</param>
public sealed record TrackerAnnounced(
    DateTimeOffset Time, TorrentId Torrent, string Url, int Peers, TimeSpan? NextAnnounceIn, string? Error, string? Warning) : TorrentEvent(Time);

/// <summary>A piece picker of your own threw or proposed a piece that cannot be begun; the torrent goes on with the rarest piece first. Said once.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Reason">What it did.</param>
public sealed record PickerFailed(DateTimeOffset Time, TorrentId Torrent, string Reason) : TorrentEvent(Time);

/// <summary>The disk made trouble.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Error">What happened, and where.</param>
/// <param name="WillRetry">Whether it is tried again without anybody's help.</param>
public sealed record DiskTrouble(DateTimeOffset Time, TorrentId Torrent, DiskError Error, bool WillRetry) : TorrentEvent(Time);

/// <summary>A file on disk goes on after the torrent's last byte of it: the rest is nobody's payload, and is left alone.</summary>
/// <param name="Time">When.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Path">The file, below the torrent's folder.</param>
/// <param name="Extra">Bytes beyond the file's length in the torrent.</param>
public sealed record FileLonger(DateTimeOffset Time, TorrentId Torrent, string Path, long Extra) : TorrentEvent(Time);

/// <summary>A file, or a part of it, was taken from the data of another torrent of the session, in place of being fetched again.</summary>
/// <param name="Time">When it was done.</param>
/// <param name="Torrent">The torrent.</param>
/// <param name="Path">The file, below the torrent's folder.</param>
/// <param name="Giver">The torrent that has it.</param>
/// <param name="GiverName">That torrent's name.</param>
/// <param name="Bytes">So many bytes were taken.</param>
public sealed record FileTaken(DateTimeOffset Time, TorrentId Torrent, string Path, TorrentId Giver, string GiverName, long Bytes) : TorrentEvent(Time);

/// <summary>What was downloaded could not be remembered; downloading goes on, the next start may have to check more.</summary>
public sealed record StateTrouble(DateTimeOffset Time, string Error) : TorrentEvent(Time);

/// <summary>This reader was too slow: events between the one before and the one after were dropped for it.</summary>
/// <param name="Time">When.</param>
/// <param name="Count">How many.</param>
public sealed record EventsDropped(DateTimeOffset Time, long Count) : TorrentEvent(Time);
