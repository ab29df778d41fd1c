using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// What a torrent tells its trackers, and what becomes of what they say. They count from their "started" on: what came and went before it was counted by the
/// "stopped" of an earlier run.
/// </summary>
internal sealed class TorrentTrackers : IAnnounceSource
{
    /// <summary>What is said to be left while nobody knows how much there is: more than nothing, or trackers take us for a seeder. libtorrent's figure.</summary>
    private const long UnknownLeft = 16 * 1024;

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private TierOrder? _order;
    private TransferFigures _atStart;
    private bool _isCompletionKnown;

    public TorrentTrackers(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        _order = torrent.Spec.Tiers;

        // An array as long as it must be: torrents are many.
        Swarms = torrent.Hashes.Swarms.ToArray();
        _isCompletionKnown = torrent.Spec.HasCompleted;
        Announcer = new Announcer(this, session.Trackers, session.CurrentSettings, Tiers(torrent), session.Effects);
    }

    public Announcer Announcer { get; }

    /// <summary>Whether they were told of the start and do not know all of the end.</summary>
    public bool IsAnnouncing { get; private set; }

    /// <inheritdoc/>
    public TorrentId Id => _torrent.Id;

    /// <inheritdoc/>
    public IReadOnlyList<InfoHash> Swarms { get; }

    /// <inheritdoc/>
    public TransferFigures Transfer => Totals.Since(_atStart);

    /// <inheritdoc/>
    public TierOrder TierOrder => _torrent.Summary.IsPrivate ? TierOrder.OneByOne : _order ?? _session.Settings.Tiers;

    /// <inheritdoc/>
    public bool IsPartialSeed => _torrent.WantsNothing && !_torrent.IsWhole;

    /// <inheritdoc/>
    public int PeersWanted => _torrent.HasConnector ? _torrent.Connector.PeersWanted : 0;

    /// <inheritdoc/>
    public bool IsShortOfPeers => _torrent.HasConnector && _torrent.Connector.IsShortOfPeers;

    /// <inheritdoc/>
    public bool IsFetching => !_torrent.IsAsleep && _torrent.IsFetching;

    /// <inheritdoc/>
    public bool WantsLeechersOnly => _torrent.IsAsleep;

    private TransferFigures Totals
    {
        get
        {
            TorrentFigures figures = _torrent.Figures;
            long left = _torrent.IsAwake ? _torrent.Layout.TotalLength - _torrent.Wanted.DoneBytes : _torrent.IsAsleep ? 0 : UnknownLeft;
            return new TransferFigures(figures.Uploaded, figures.Downloaded, left, figures.Corrupt, figures.Redundant);
        }
    }

    /// <summary>Tells them of the start, where they do not know of it.</summary>
    public void Start(MonoTime now)
    {
        if (Announcer.IsRunning)
            return;
        _atStart = Totals;
        Announcer.Start(now);
        IsAnnouncing = true;
    }

    /// <summary>Tells them of the end, where they know of the start.</summary>
    /// <param name="now">The time.</param>
    /// <param name="told">Called when all have heard of it, or have had their time.</param>
    public void Stop(MonoTime now, Action<MonoTime> told)
    {
        if (!IsAnnouncing || !Announcer.IsRunning)
            return;
        Announcer.Stop(
            at =>
            {
                IsAnnouncing = false;
                told(at);
            },
            now);
    }

    /// <summary>All of it was here when it was last looked at: that it completed is not news, and is not told.</summary>
    public void WasComplete() => _isCompletionKnown = true;

    /// <summary>All of it is here: they are told once, whatever is lost and fetched again later.</summary>
    public void Completed(MonoTime now)
    {
        if (_isCompletionKnown)
            return;
        _isCompletionKnown = true;
        Announcer.Completed(now);
    }

    /// <summary>Announces in another order; null: in the session's.</summary>
    public void SetOrder(TierOrder? order, MonoTime now)
    {
        _order = order;
        Announcer.OrderChanged(now);
    }

    /// <inheritdoc/>
    public void SeenAs(IPAddress tracker, IPAddress address) => _session.OwnAddresses.Seen(tracker, address);

    /// <inheritdoc/>
    public void TrackerChanged(MonoTime now)
    {
        // BEP 27: nobody may bridge the swarms of two trackers, as of a torrent whose list a stranger has altered.
        if (_torrent.Summary.IsPrivate && _torrent.HasConnector)
            _torrent.Connector.StartOver(now);
    }

    /// <inheritdoc/>
    public void PeersFound(IReadOnlyList<IPEndPoint> peers, InfoHash swarm, MonoTime now) => _torrent.AddPeers(peers, PeerSources.Tracker, swarm, now);

    private static IReadOnlyList<IReadOnlyList<string>> Tiers(Torrent torrent)
    {
        TorrentSpec spec = torrent.Spec;
        TorrentSummary summary = torrent.Summary;
        if (!spec.UseTrackers)
            return [];
        if (!summary.IsPrivate)
            return spec.ExtraTrackers.Count == 0 ? summary.Trackers : [.. summary.Trackers, .. spec.ExtraTrackers.Select(tracker => (IReadOnlyList<string>)[tracker])];
        foreach (string tracker in spec.ExtraTrackers)
        {
            torrent.Session.Effects.Publish(new TrackerNotice(
                torrent.Id, UrlSecrets.RedactUrl(tracker), 0, TimeSpan.MaxValue, "not used: the torrent is private, and only its own trackers may know of it", null));
        }

        return summary.Trackers;
    }
}
