using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Fetches the piece layers of a torrent of whose metadata nothing more than a torrent file is to be made: they are not in the info dictionary, and a torrent file of v2 without them is of
/// no use to others. Any peer of the v2 swarm may be asked, for what it has of the pieces is not known yet; each run of hashes is proven before it counts (THREATS B5).
/// </summary>
internal sealed class LayerFetch
{
    /// <summary>Requests that one peer has to answer at a time: two keep a line busy, and a silent peer holds up no more.</summary>
    private const int MaxPerPeer = 2;

    /// <summary>An answer is 16 KiB and a proof.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>After which who declined or was silent is asked again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    /// <summary>Who waits for a torrent file has the rest of it: without any answer for so long it is told of what is here.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(15);

    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private readonly PieceLayers _layers;
    private readonly List<HashWant> _wants = [];

    // Peers of a hybrid's v1 swarm that were dialled again by the v2 hash: hashes are asked for under that alone. Each once, and only ever looked up.
    private readonly HashSet<PeerCandidate> _redialled = [];
    private readonly Deadline _timer;
    private MonoTime _giveUpAt;

    /// <summary>Begins.</summary>
    /// <param name="torrent">A torrent whose metadata has been fetched.</param>
    /// <param name="session">The session.</param>
    /// <param name="metainfo">What was made of the metadata.</param>
    /// <param name="now">The time.</param>
    public LayerFetch(Torrent torrent, SessionContext session, Metainfo metainfo, MonoTime now)
    {
        _torrent = torrent;
        _session = session;
        _layers = new PieceLayers(new PieceTrees(metainfo.Layout), metainfo.PieceLayers);
        _timer = new Deadline(session.Deadlines, Advance);
        _giveUpAt = now + GiveUp;
        _wants.AddRange(HashWant.OfLayers(_layers, metainfo.Layout));
        Advance(now);
    }

    /// <summary>A peer has come.</summary>
    public void Came(MonoTime now) => _timer.SetNoLaterThan(now);

    /// <summary>A peer is gone.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        foreach (HashWant want in _wants)
        {
            if (want.AskedOf == peer.Id)
                want.Pass(MonoTime.Never);
        }

        _timer.SetNoLaterThan(now);
    }

    /// <summary>A peer has answered.</summary>
    public void OnHashes(PeerConnection peer, HashAnswer answer, MonoTime now)
    {
        peer.HashesAsked--;
        if (_wants.Find(want => want.Request == answer.Request) is not { } found)
            return;
        if (_layers.TryAdd(answer))
        {
            _wants.Remove(found);
            _giveUpAt = now + GiveUp;
        }
        else
        {
            found.Pass(MonoTime.Never);
            _torrent.Connector.Ban(peer.Identity, HashAsker.Lie, now);
        }

        Advance(now);
    }

    /// <summary>A peer declines.</summary>
    public void OnReject(PeerConnection peer, HashRequest request, MonoTime now)
    {
        peer.HashesAsked--;
        if (_wants.Find(want => want.Request == request && want.AskedOf == peer.Id) is { } found)
            found.Pass(now + Pause);
        Advance(now);
    }

    /// <summary>The run ends.</summary>
    public void End()
    {
        _wants.Clear();
        _timer.Clear();
    }

    private void Advance(MonoTime now)
    {
        if (_wants.Count == 0 || _giveUpAt <= now)
        {
            End();
            _session.Effects.Publish(new PieceLayersFetchedNotice(_torrent.Id, _layers.Learnt));
            return;
        }

        foreach (HashWant want in _wants)
        {
            if (want.Due <= now)
                want.Pass(now + Pause);
        }

        for (int i = _torrent.Connector.Connections.Count - 1; i >= 0; i--)
        {
            PeerConnection peer = _torrent.Connector.Connections[i];
            if (!peer.IsReady)
                continue;
            if (peer.IsV2)
                Ask(peer, now);
            else if (_torrent.Hashes.IsHybrid && peer.Candidate is { } candidate && _redialled.Add(candidate))
                _torrent.Connector.RedialByV2(peer, candidate, now);
        }

        MonoTime due = _giveUpAt;
        foreach (HashWant want in _wants)
            due = MonoTime.Min(due, want.Due);
        _timer.Set(due);
    }

    private void Ask(PeerConnection peer, MonoTime now)
    {
        foreach (HashWant want in _wants)
        {
            if (peer.HashesAsked >= MaxPerPeer)
                return;
            if (want.AskedOf is not null || want.IsPassedOver(peer, now))
                continue;
            want.Ask(peer.Id, now + Patience);
            peer.HashesAsked++;
            peer.Send(PeerCommandKind.HashRequest, want.Request);
        }
    }
}
