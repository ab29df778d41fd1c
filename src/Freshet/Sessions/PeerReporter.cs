using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>
/// Writes how each peer is doing into the log, once a minute and peer, where somebody wants so much detail and there are peers; otherwise it wakes nobody.
/// On the loop's thread.
/// </summary>
internal sealed class PeerReporter(ILogger logger, SnapshotPublisher snapshots)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private MonoTime _next = MonoTime.Never;

    /// <summary>When the next report is due.</summary>
    public MonoTime NextDeadline => IsWanted ? _next : MonoTime.Never;

    private bool IsWanted => snapshots.Current.Peers > 0 && logger.IsEnabled(LogLevel.Debug);

    /// <summary>Reports, if it is time: a minute after the first peer for the first time.</summary>
    public void Advance(SessionEngine engine, MonoTime now)
    {
        if (!IsWanted)
        {
            _next = MonoTime.Never;
            return;
        }

        if (_next == MonoTime.Never)
            _next = now + Interval;
        if (now < _next)
            return;
        _next = now + Interval;
        foreach (TorrentId torrent in engine.Torrents)
        {
            foreach (PeerSnapshot peer in engine.GetPeers(torrent, now))
                Report(torrent, Translate(peer));
        }
    }

    /// <summary>A peer as everyone outside sees it.</summary>
    public static PeerStatus Translate(PeerSnapshot peer) => new()
    {
        Endpoint = peer.Endpoint,
        PeerId = peer.Peer?.ToString(),
        Client = PlainText.OrNull(peer.Client),
        IsIncoming = peer.Connection.IsIncoming,
        Sources = peer.Sources,
        Transport = peer.Transport,
        Encryption = peer.Encryption,
        Progress = peer.Progress,
        DownloadRate = (long)peer.DownloadRate,
        UploadRate = (long)peer.UploadRate,
        Downloaded = peer.Downloaded,
        Uploaded = peer.Uploaded,
        AmInterested = peer.AreWeInterested,
        IsChokingUs = peer.IsChokingUs,
        IsInterested = peer.IsInterestedInUs,
        AmChoking = peer.IsChokedByUs,
        IsSnubbed = peer.IsSnubbed,
        RequestsOutstanding = peer.OutstandingRequests,
        RequestWindow = peer.RequestWindow,
        RoundTrip = peer.RoundTrip,
        RequestsQueued = peer.QueuedUploads,
        Redundant = peer.Redundant,
        HashFailures = peer.HashFailures,
    };

    private void Report(TorrentId torrent, PeerStatus peer) => logger.PeerStatistics(
        torrent, peer.Endpoint, peer.Client, peer.Sources, peer.Progress, peer.Flags, peer.Transport, peer.Encryption, peer.DownloadRate, peer.Downloaded, peer.UploadRate, peer.Uploaded,
        peer.RequestsOutstanding, peer.RequestWindow, peer.RequestsQueued, (long?)peer.RoundTrip?.TotalMilliseconds, peer.Redundant, peer.HashFailures);
}
