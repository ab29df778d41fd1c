using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Statistics;

/// <summary>Takes snapshots; costs something only when somebody looks.</summary>
internal static class Snapshots
{
    public static TorrentSnapshot Of(Torrent torrent, MonoTime now)
    {
        long downloadRate = torrent.Figures.DownloadRate(now);
        long left = torrent.Wanted.Bytes - torrent.Wanted.WantedDoneBytes;
        return new TorrentSnapshot
        {
            Id = torrent.Id,
            Hashes = torrent.Hashes,
            Name = torrent.Spec.Metainfo.Name,
            State = torrent.Lifecycle.State,
            Reason = torrent.Lifecycle.Reason,
            IsFinished = left == 0,
            TotalBytes = torrent.Layout.TotalLength,
            WantedBytes = torrent.Wanted.Bytes,
            DoneBytes = torrent.Wanted.DoneBytes,
            WantedDoneBytes = torrent.Wanted.WantedDoneBytes,
            PieceCount = torrent.Layout.PieceCount,
            PiecesDone = torrent.Wanted.DonePieces.Count,
            PiecesWanted = torrent.Wanted.Pieces.Count,
            DownloadRate = downloadRate,
            UploadRate = torrent.Figures.UploadRate(now),
            Eta = left > 0 && downloadRate > 0 ? TimeSpan.FromSeconds(Math.Min((double)left / downloadRate, TimeSpan.MaxValue.TotalSeconds / 2)) : null,
            Downloaded = torrent.Figures.DownloadedBefore + torrent.Figures.Downloaded,
            DownloadedThisRun = torrent.Figures.Downloaded,
            Uploaded = torrent.Figures.UploadedBefore + torrent.Figures.Uploaded,
            Wasted = torrent.Figures.Redundant + torrent.Figures.Corrupt,
            HashFailures = torrent.Figures.HashFailures,
            Peers = torrent.Connector.ReadyCount,
            Seeders = torrent.Picker.SeederCount,
            Connecting = torrent.Connector.Connections.Count - torrent.Connector.ReadyCount,
            KnownPeers = torrent.Connector.Candidates.Count,
            CheckProgress = torrent.Lifecycle.State == TorrentState.Checking ? torrent.Lifecycle.CheckProgress : null,
            Trackers = torrent.Announcer.Snapshot(now),
        };
    }

    public static PeerSnapshot Of(PeerConnection peer, MonoTime now)
    {
        int pieces = peer.Torrent.Layout.PieceCount;
        return new PeerSnapshot
        {
            Connection = peer.Id,
            Endpoint = peer.Endpoint,
            Peer = peer.IsReady ? peer.Peer : null,
            Client = peer.Client,
            Progress = !peer.IsGreeted ? 0 : pieces == 0 ? 1 : (double)peer.Torrent.Picker.PeerPieceCount(peer.Id) / pieces,
            IsSeeder = peer.IsGreeted && peer.IsSeeder,
            IsChokingUs = peer.IsChokingUs,
            AreWeInterested = peer.AreWeInterested,
            IsChokedByUs = peer.IsChokedByUs,
            IsInterestedInUs = peer.IsInterestedInUs,
            IsSnubbed = peer.Window.IsSnubbed,
            DownloadRate = peer.DownloadRate(now),
            UploadRate = peer.UploadRate(now),
            Downloaded = peer.Downloaded,
            Uploaded = peer.Uploaded,
            OutstandingRequests = peer.Window.Outstanding,
            QueuedUploads = peer.Uploads.Count,
        };
    }
}
