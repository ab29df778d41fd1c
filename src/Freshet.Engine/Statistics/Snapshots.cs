using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Torrents;
using Freshet.Protocol.Wire;

namespace Freshet.Engine.Statistics;

/// <summary>Takes snapshots; costs something only when somebody looks.</summary>
internal static class Snapshots
{
    public static TorrentSnapshot Of(Torrent torrent, MonoTime now)
    {
        TorrentFigures figures = torrent.Figures;
        var snapshot = new TorrentSnapshot
        {
            Id = torrent.Id,
            Hashes = torrent.Hashes,
            Name = torrent.Summary.Name,
            Directory = torrent.Spec.Directory,
            State = torrent.Lifecycle.State,
            Reason = torrent.Lifecycle.Reason,
            QueuePosition = torrent.Lifecycle.Seat.Position,
            IsForced = torrent.Lifecycle.Seat.IsForced,
            TotalBytes = torrent.Summary.TotalBytes,
            PieceCount = torrent.Summary.PieceCount,
            DownloadRate = figures.DownloadRate(now),
            UploadRate = figures.UploadRate(now),
            Downloaded = figures.DownloadedBefore + figures.Downloaded,
            DownloadedThisRun = figures.Downloaded,
            TakenThisRun = figures.Taken,
            Uploaded = figures.UploadedBefore + figures.Uploaded,
            UploadedThisRun = figures.Uploaded,
            SeededBefore = figures.SeededBefore,
            SeedingSince = figures.SeedingSince,
            Wasted = figures.Redundant + figures.Corrupt,
            HashFailures = figures.HashFailures,
        };
        return torrent.IsAsleep ? Asleep(snapshot) : torrent.Fetch is { } fetch ? Unresolved(snapshot, torrent, fetch) : Awake(snapshot, torrent);
    }

    private static TorrentSnapshot Unresolved(TorrentSnapshot snapshot, Torrent torrent, MetadataFetch fetch) => snapshot with
    {
        HasMetadata = false,
        MetadataProgress = fetch.Progress,
        Peers = torrent.Connector.ReadyCount,
        Connecting = torrent.Connector.Connections.Count - torrent.Connector.ReadyCount,
        KnownPeers = torrent.Connector.Candidates.Count,
    };

    // Only what is all there sleeps.
    private static TorrentSnapshot Asleep(TorrentSnapshot snapshot) => snapshot with
    {
        IsFinished = true,
        WantedBytes = snapshot.TotalBytes,
        DoneBytes = snapshot.TotalBytes,
        WantedDoneBytes = snapshot.TotalBytes,
        PiecesDone = snapshot.PieceCount,
        PiecesWanted = snapshot.PieceCount,
    };

    private static TorrentSnapshot Awake(TorrentSnapshot snapshot, Torrent torrent)
    {
        long left = torrent.Wanted.Bytes - torrent.Wanted.WantedDoneBytes;
        double rate = snapshot.DownloadRate;
        return snapshot with
        {
            IsFinished = left == 0,
            WantedBytes = torrent.Wanted.Bytes,
            DoneBytes = torrent.Wanted.DoneBytes,
            WantedDoneBytes = torrent.Wanted.WantedDoneBytes,
            PiecesDone = torrent.Wanted.DonePieces.Count,
            PiecesWanted = torrent.Wanted.Pieces.Count,
            Eta = left > 0 && rate > 0 ? TimeSpan.FromSeconds(Math.Min(left / rate, TimeSpan.MaxValue.TotalSeconds / 2)) : null,
            Peers = torrent.Connector.ReadyCount,
            Seeders = torrent.Picker.SeederCount,
            Connecting = torrent.Connector.Connections.Count - torrent.Connector.ReadyCount,
            KnownPeers = torrent.Connector.Candidates.Count,
            CheckProgress = torrent.Lifecycle.State == TorrentState.Checking ? torrent.Lifecycle.Storage.CheckProgress : null,
        };
    }

    public static PeerSnapshot Of(PeerConnection peer, MonoTime now)
    {
        int pieces = peer.Torrent.Summary.PieceCount;
        return new PeerSnapshot
        {
            Connection = peer.Id,
            Endpoint = peer.Endpoint,
            Peer = peer.IsReady ? peer.Peer : null,
            Client = peer.IsReady ? PeerClient.Describe(peer.Peer, peer.Client) : null,
            Sources = peer.Candidate?.Sources ?? PeerSources.Incoming,
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
            Redundant = peer.Redundant,
            HashFailures = peer.HashFailures,
            OutstandingRequests = peer.Window.Outstanding,
            RequestWindow = peer.Window.Depth,
            RoundTrip = peer.Window.RoundTrip,
            Encryption = peer.Encryption,
            Transport = peer.Transport,
            QueuedUploads = peer.Uploads.Count,
        };
    }
}
