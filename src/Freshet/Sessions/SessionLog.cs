using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>Every message of a session's log. Text of strangers comes in as <see cref="PlainText"/> has made it.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(1, LogLevel.Information, "Session started on port {Port}, state in {StateDirectory}")]
    public static partial void SessionStarted(this ILogger logger, int? port, string stateDirectory);

    [LoggerMessage(2, LogLevel.Information, "Session ended")]
    public static partial void SessionEnded(this ILogger logger);

    [LoggerMessage(3, LogLevel.Critical, "The session's engine failed; every torrent has stopped")]
    public static partial void EngineFailed(this ILogger logger, Exception? error);

    [LoggerMessage(4, LogLevel.Warning, "{Warning}")]
    public static partial void StateStoreWarning(this ILogger logger, string warning);

    [LoggerMessage(10, LogLevel.Information, "{Torrent} {InfoHash} added: {Name} into {Directory}")]
    public static partial void TorrentAdded(this ILogger logger, TorrentId torrent, InfoHashes infoHash, string name, string directory);

    [LoggerMessage(11, LogLevel.Information, "{Torrent} removed")]
    public static partial void TorrentRemoved(this ILogger logger, TorrentId torrent);

    [LoggerMessage(12, LogLevel.Information, "{Torrent} is {State}")]
    public static partial void TorrentStateChanged(this ILogger logger, TorrentId torrent, TorrentState state);

    [LoggerMessage(13, LogLevel.Warning, "{Torrent} is {State}: {Reason}")]
    public static partial void TorrentStateChangedBecause(this ILogger logger, TorrentId torrent, TorrentState state, string reason);

    [LoggerMessage(14, LogLevel.Information, "{Torrent} is {State}: {Reason}")]
    public static partial void TorrentStateChangedFor(this ILogger logger, TorrentId torrent, TorrentState state, string reason);

    [LoggerMessage(16, LogLevel.Information, "{Torrent} has its metadata ({Size} bytes): {Name}")]
    public static partial void MetadataReceived(this ILogger logger, TorrentId torrent, string name, int size);

    [LoggerMessage(17, LogLevel.Warning, "{Torrent} got wrong metadata of {Size} bytes from {Senders} peers")]
    public static partial void MetadataFailed(this ILogger logger, TorrentId torrent, int size, int senders);

    [LoggerMessage(15, LogLevel.Information, "{Torrent} is complete")]
    public static partial void TorrentCompleted(this ILogger logger, TorrentId torrent);

    [LoggerMessage(16, LogLevel.Information, "{Torrent} has given enough, {Reason}: {Action}")]
    public static partial void GoalReached(this ILogger logger, TorrentId torrent, string reason, GoalAction action);

    [LoggerMessage(17, LogLevel.Warning, "{Torrent} cannot be removed after its goal: {Message}")]
    public static partial void GoalRemovalFailed(this ILogger logger, TorrentId torrent, string message);

    [LoggerMessage(18, LogLevel.Information, "{Count} torrents restored, {Failures} could not be")]
    public static partial void TorrentsRestored(this ILogger logger, int count, int failures);

    [LoggerMessage(20, LogLevel.Trace, "{Torrent} piece {Piece} stored")]
    public static partial void PieceCompleted(this ILogger logger, TorrentId torrent, PieceIndex piece);

    [LoggerMessage(21, LogLevel.Information, "{Torrent} piece {Piece} had a wrong hash, sent by {Senders} peers")]
    public static partial void PieceFailed(this ILogger logger, TorrentId torrent, PieceIndex piece, int senders);

    [LoggerMessage(30, LogLevel.Debug, "{Torrent} connected to {Endpoint} {Peer} over {Transport}, encryption {Encryption}")]
    public static partial void PeerConnected(
        this ILogger logger, TorrentId torrent, IPEndPoint endpoint, PeerId peer, PeerTransport transport, MsePayload encryption);

    [LoggerMessage(31, LogLevel.Debug, "{Torrent} connection to {Endpoint} ended: {Reason}")]
    public static partial void PeerDisconnected(this ILogger logger, TorrentId torrent, IPEndPoint endpoint, DisconnectReason reason);

    [LoggerMessage(32, LogLevel.Warning, "{Torrent} banned {Endpoint}: {Reason}")]
    public static partial void PeerBanned(this ILogger logger, TorrentId torrent, IPEndPoint endpoint, string reason);

    [LoggerMessage(
        33, LogLevel.Debug,
        "{Torrent} peer {Endpoint} {Client} from {Sources}: has {Progress:P0}, {Flags}, {Transport}, encryption {Encryption}, down {DownloadRate} B/s of {Downloaded}, up {UploadRate} B/s of {Uploaded}, "
        + "requests {Outstanding}/{Window} and {Queued}, round trip {RoundTripMilliseconds} ms, redundant {Redundant}, hash failures {HashFailures}")]
    public static partial void PeerStatistics(
        this ILogger logger, TorrentId torrent, IPEndPoint endpoint, string? client, PeerSources sources, double progress, string flags, PeerTransport transport,
        MsePayload encryption, long downloadRate, long downloaded, long uploadRate, long uploaded, int outstanding, int window, int queued, long? roundTripMilliseconds, long redundant, int hashFailures);

    [LoggerMessage(40, LogLevel.Information, "{Torrent} {Url} named {Peers} peers, next announce: {Next}")]
    public static partial void TrackerAnswered(this ILogger logger, TorrentId torrent, string url, int peers, string next);

    [LoggerMessage(42, LogLevel.Warning, "{Torrent} {Url} warns: {Warning}")]
    public static partial void TrackerWarned(this ILogger logger, TorrentId torrent, string url, string warning);

    [LoggerMessage(41, LogLevel.Warning, "{Torrent} {Url} failed: {Error}, next announce: {Next}")]
    public static partial void TrackerFailed(this ILogger logger, TorrentId torrent, string url, string error, string next);

    [LoggerMessage(53, LogLevel.Warning, "{Torrent} goes on without its own piece picker: {Reason}")]
    public static partial void PickerFailed(this ILogger logger, TorrentId torrent, string reason);

    [LoggerMessage(50, LogLevel.Error, "{Torrent} {Path}: {Message} ({Kind}, will be tried again: {WillRetry})")]
    public static partial void DiskTrouble(this ILogger logger, TorrentId torrent, string path, string message, DiskErrorKind kind, bool willRetry);

    [LoggerMessage(52, LogLevel.Warning, "{Torrent} {Path} is {Extra} bytes longer than in the torrent; they are left as they are")]
    public static partial void FileLonger(this ILogger logger, TorrentId torrent, string path, long extra);

    [LoggerMessage(54, LogLevel.Information, "{Torrent} {Path}: {Bytes} bytes taken from {Giver} {GiverName}")]
    public static partial void FileTaken(this ILogger logger, TorrentId torrent, string path, long bytes, TorrentId giver, string giverName);

    [LoggerMessage(60, LogLevel.Warning, "The peer cache fails, peers are found without it: {Error}")]
    public static partial void PeerCacheFails(this ILogger logger, string error);

    [LoggerMessage(61, LogLevel.Information, "The peer cache works again")]
    public static partial void PeerCacheWorks(this ILogger logger);

    [LoggerMessage(51, LogLevel.Error, "Progress cannot be remembered: {Error}")]
    public static partial void StateTrouble(this ILogger logger, string error);
}
