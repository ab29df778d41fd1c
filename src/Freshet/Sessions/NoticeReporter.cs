using System.Globalization;
using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>Tells the log, the meters and the listeners what the engine says. Called on the loop's thread: never blocks, never throws.</summary>
internal sealed class NoticeReporter(ILogger logger, EventHub events)
{
    private static readonly KeyValuePair<string, object?> Succeeded = new("ok", true);
    private static readonly KeyValuePair<string, object?> Failed = new("ok", false);

    public void Report(EngineNotice notice)
    {
        TorrentEvent? happened = notice switch
        {
            PieceFailedNotice piece => OnPieceFailed(piece),
            MetadataFailedNotice metadata => OnMetadataFailed(metadata),
            TorrentCompletedNotice completed => OnCompleted(completed),
            GoalReachedNotice goal => OnGoal(goal),
            TorrentStateNotice state => OnState(state),
            PeerConnectedNotice peer => OnPeerConnected(peer),
            PeerClosedNotice peer => OnPeerClosed(peer),
            PeerBannedNotice peer => OnPeerBanned(peer),
            TrackerNotice tracker => OnTracker(tracker),
            PickerFailedNotice picker => OnPickerFailed(picker),
            DiskNotice disk => OnDisk(disk),
            FileTailNotice tail => OnTail(tail),
            FileTakenNotice taken => OnTaken(taken),
            StateStoreNotice store => OnStateStore(store),
            _ => null,
        };
        if (happened is not null)
            events.Publish(happened);
    }

    public void PieceDone(TorrentId torrent, PieceIndex piece)
    {
        FreshetMetrics.Pieces.Add(1);
        logger.PieceCompleted(torrent, piece);
        if (events.WantsAll)
            events.Publish(new PieceCompleted(events.Now, torrent, piece));
    }

    private TorrentCompleted OnCompleted(TorrentCompletedNotice notice)
    {
        logger.TorrentCompleted(notice.Torrent);
        return new TorrentCompleted(events.Now, notice.Torrent);
    }

    private MetadataFailed OnMetadataFailed(MetadataFailedNotice notice)
    {
        logger.MetadataFailed(notice.Torrent, notice.Size, notice.Senders);
        return new MetadataFailed(events.Now, notice.Torrent, notice.Size, notice.Senders);
    }

    private GoalReached OnGoal(GoalReachedNotice notice)
    {
        logger.GoalReached(notice.Torrent, notice.Reason, notice.Action);
        return new GoalReached(events.Now, notice.Torrent, notice.Reason, notice.Action);
    }

    private PieceFailed OnPieceFailed(PieceFailedNotice notice)
    {
        FreshetMetrics.HashFailures.Add(1);
        logger.PieceFailed(notice.Torrent, notice.Piece, notice.Senders);
        return new PieceFailed(events.Now, notice.Torrent, notice.Piece, notice.Senders);
    }

    private TorrentStateChanged OnState(TorrentStateNotice notice)
    {
        string? reason = PlainText.OrNull(notice.Reason);
        if (reason is null)
            logger.TorrentStateChanged(notice.Torrent, notice.State);
        else if (notice.State != TorrentState.Error)
            logger.TorrentStateChangedFor(notice.Torrent, notice.State, reason);
        else
            logger.TorrentStateChangedBecause(notice.Torrent, notice.State, reason);
        return new TorrentStateChanged(events.Now, notice.Torrent, notice.State, reason);
    }

    private PeerConnected? OnPeerConnected(PeerConnectedNotice notice)
    {
        logger.PeerConnected(notice.Torrent, notice.Endpoint, notice.Peer, notice.Transport, notice.Encryption);
        return events.WantsAll
            ? new PeerConnected(events.Now, notice.Torrent, notice.Endpoint, notice.Peer.ToString(), notice.Transport, notice.Encryption)
            : null;
    }

    private PeerDisconnected? OnPeerClosed(PeerClosedNotice notice)
    {
        logger.PeerDisconnected(notice.Torrent, notice.Endpoint, notice.Reason);
        return events.WantsAll ? new PeerDisconnected(events.Now, notice.Torrent, notice.Endpoint, notice.Reason) : null;
    }

    private PeerBanned OnPeerBanned(PeerBannedNotice notice)
    {
        FreshetMetrics.Bans.Add(1);
        logger.PeerBanned(notice.Torrent, notice.Endpoint, notice.Reason);
        return new PeerBanned(events.Now, notice.Torrent, notice.Endpoint, notice.Reason);
    }

    private TrackerAnnounced OnTracker(TrackerNotice notice)
    {
        FreshetMetrics.Announces.Add(1, notice.Error is null ? Succeeded : Failed);
        string url = PlainText.Of(notice.Url);
        string? error = PlainText.OrNull(notice.Error);
        string? warning = PlainText.OrNull(notice.Warning);
        TimeSpan? next = notice.NextAnnounceIn == TimeSpan.MaxValue ? null : notice.NextAnnounceIn;
        string nextText = next?.ToString("g", CultureInfo.InvariantCulture) ?? "never";
        if (error is null)
            logger.TrackerAnswered(notice.Torrent, url, notice.Peers, nextText);
        else
            logger.TrackerFailed(notice.Torrent, url, error, nextText);
        if (warning is not null)
            logger.TrackerWarned(notice.Torrent, url, warning);
        return new TrackerAnnounced(events.Now, notice.Torrent, url, notice.Peers, next, error, warning);
    }

    private PickerFailed OnPickerFailed(PickerFailedNotice notice)
    {
        string reason = PlainText.Of(notice.Reason);
        logger.PickerFailed(notice.Torrent, reason);
        return new PickerFailed(events.Now, notice.Torrent, reason);
    }

    private DiskTrouble OnDisk(DiskNotice notice)
    {
        DiskError error = notice.Error with { Path = PlainText.Of(notice.Error.Path), Message = PlainText.Of(notice.Error.Message) };
        logger.DiskTrouble(notice.Torrent, error.Path, error.Message, error.Kind, notice.WillRetry);
        return new DiskTrouble(events.Now, notice.Torrent, error, notice.WillRetry);
    }

    private FileLonger OnTail(FileTailNotice notice)
    {
        string path = PlainText.Of(notice.Path);
        logger.FileLonger(notice.Torrent, path, notice.Extra);
        return new FileLonger(events.Now, notice.Torrent, path, notice.Extra);
    }

    private FileTaken OnTaken(FileTakenNotice notice)
    {
        string path = PlainText.Of(notice.Path), giver = PlainText.Of(notice.GiverName);
        logger.FileTaken(notice.Torrent, path, notice.Bytes, notice.Giver, giver);
        return new FileTaken(events.Now, notice.Torrent, path, notice.Giver, giver, notice.Bytes);
    }

    private StateTrouble OnStateStore(StateStoreNotice notice)
    {
        logger.StateTrouble(notice.Error);
        return new StateTrouble(events.Now, notice.Error);
    }
}
