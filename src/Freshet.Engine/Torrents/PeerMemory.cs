using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// What the peer cache is asked, and told, of one torrent. It is asked once, when peers are looked for; it is told when the swarm closes, and now and then while
/// something worth keeping has happened. Never of private torrents (BEP 27).
/// </summary>
internal sealed class PeerMemory
{
    /// <summary>The first time a run tells the cache, which a kill soon after the start shall not lose.</summary>
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Who failed so often lately is not what a restart should begin with, however good it was.</summary>
    private const int MaxFailures = 2;

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly SwarmConnector _connector;
    private readonly Deadline _keep;
    private bool _hasKept;

    public PeerMemory(Torrent torrent, SessionContext session, SwarmConnector connector)
    {
        _torrent = torrent;
        _session = session;
        _connector = connector;
        _keep = new Deadline(session.Deadlines, _ => Keep());
    }

    private bool IsOn => _session.Settings.UsePeerCache && !_torrent.Summary.IsPrivate;

    /// <summary>Peers are looked for, for the first time.</summary>
    public void Begin()
    {
        if (IsOn)
            _session.Effects.Publish(new PeersWantedNotice(_torrent.Id, [.. _torrent.Hashes.Swarms]));
    }

    /// <summary>A tracker has named peers, or one was of use.</summary>
    public void Note(MonoTime now)
    {
        if (IsOn)
            _keep.SetNoLaterThan(now + (_hasKept ? Interval : FirstInterval));
    }

    /// <summary>The swarm closes; the connections are still there.</summary>
    public void End()
    {
        bool isNew = !_keep.At.IsNever || _connector.Connections.Exists(IsUseful);
        _keep.Clear();
        if (isNew)
            Keep();
    }

    private static bool IsUseful(PeerConnection peer) => peer is { IsReady: true, Candidate: not null } && peer.Downloaded + peer.Uploaded > 0;

    private static bool IsWorthKeeping(PeerCandidate candidate)
        => candidate.Score.Speed > 0 ? candidate.Failures <= MaxFailures
            : candidate is { Failures: 0, State: not CandidateState.Gone } && (candidate.Sources & (PeerSources.Tracker | PeerSources.Cache | PeerSources.User)) != 0;

    private void Keep()
    {
        if (!IsOn)
            return;
        _hasKept = true;
        PeerCandidate[] useful = [.. _connector.Connections.Where(IsUseful).OrderByDescending(peer => peer.Downloaded + peer.Uploaded).Select(peer => peer.Candidate!)];
        PeerCandidate[] others = [.. _connector.Candidates.Where(IsWorthKeeping).Except(useful).OrderByDescending(candidate => candidate.Score.Value)];
        if (useful.Length + others.Length == 0)
            return;
        CachedSwarm[] swarms = [.. useful.Concat(others).Take(IPeerCache.MaxPeers)
            .GroupBy(candidate => candidate.IsV2 && _torrent.Hashes.Upgrade is { } v2 ? v2 : _torrent.Hashes.Primary)
            .Select(swarm => new CachedSwarm(swarm.Key, [.. swarm.Select(candidate => candidate.Endpoint)]))];
        _session.Effects.Publish(new PeersKnownNotice(_torrent.Id, swarms));
    }
}
