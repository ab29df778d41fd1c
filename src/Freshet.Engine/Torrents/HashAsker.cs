using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Asks peers for hashes (BEP 52): runs of the piece layers that the metadata lacks, and the leaves of pieces that were wrong. Each is asked of one peer at a time, spread
/// over those who must have it; who declines or is silent is passed over for a while, who lies is banned (THREATS B5).
/// </summary>
internal sealed class HashAsker
{
    /// <summary>Requests that one peer has to answer at a time: two keep a line busy, and a silent peer holds up no more.</summary>
    private const int MaxPerPeer = 2;

    /// <summary>Peers that are asked for the leaves of one piece; then it is fetched anew as a whole. A liar among them is banned, so that others have their turn soon.</summary>
    private const int MaxLeafTries = 3;

    /// <summary>An answer is small, and needs at most one piece to be read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>After which who declined is asked again: libtorrent's minute.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks at who could be asked: peers say what they have one piece at a time.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    /// <summary>Wants that are looked at for a peer in one go: each looks at up to 512 pieces of the peer's.</summary>
    private const int MaxLooks = 64;

    /// <summary>Why who lies is banned.</summary>
    public const string Lie = "sent wrong hashes";

    private readonly Torrent _torrent;
    private readonly HashTrees _trees;
    private readonly List<HashWant> _wants = [];
    private readonly Deadline _timer;
    private MonoTime _nextBeat;
    private int _cursor;

    public HashAsker(Torrent torrent, SessionContext session, HashTrees trees)
    {
        _torrent = torrent;
        _trees = trees;
        _timer = new Deadline(session.Deadlines, Advance);
    }

    /// <summary>A run begins: wants what the layers lack.</summary>
    public void Begin(MonoTime now)
    {
        _wants.Clear();
        _wants.AddRange(HashWant.OfLayers(_trees.Layers, _torrent.Layout));
        Wake(now);
    }

    /// <summary>The run is over.</summary>
    public void End()
    {
        _wants.Clear();
        _timer.Clear();
    }

    /// <summary>A peer has come, or has got a piece: it may know what is wanted.</summary>
    public void Wake(MonoTime now)
    {
        if (_wants.Count > 0)
            _timer.SetNoLaterThan(MonoTime.Max(now, _nextBeat));
    }

    /// <summary>Asks for the leaves of a wrong piece; false where nobody can be asked.</summary>
    public bool TryAskLeaves(PieceIndex piece, MonoTime now)
    {
        if (_trees.Layers.Trees.LeavesRequest(piece) is not { } request || !_trees.Layers.TryGet(piece, out _))
            return false;
        var want = new HashWant(request, piece.Value..(piece.Value + 1), isLeaves: true);
        if (!_torrent.Connector.Connections.Any(peer => IsAskable(peer) && want.MayAsk(peer, now)))
            return false;
        _wants.Insert(0, want);
        Wake(now);
        return true;
    }

    /// <summary>A peer has answered.</summary>
    public void OnHashes(PeerConnection peer, HashAnswer answer, MonoTime now)
    {
        peer.HashesAsked--;
        if (_wants.Find(want => want.Request == answer.Request) is not { } found)
            return;
        if (found.IsLeaves ? _trees.Verifier.TryAddBlocks(found.First, answer) : _trees.Layers.TryAdd(answer))
        {
            _wants.Remove(found);
            Tell(found, now);
        }
        else
        {
            found.Pass(MonoTime.Never);
            _torrent.Connector.Ban(peer.Identity, Lie, now);
        }

        Advance(now);
    }

    /// <summary>A peer declines.</summary>
    public void OnReject(PeerConnection peer, HashRequest request, MonoTime now)
    {
        peer.HashesAsked--;
        if (_wants.Find(want => want.Request == request && want.AskedOf == peer.Id) is { } found)
            found.Pass(now + Pause);
        Wake(now);
    }

    /// <summary>A peer is gone.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        foreach (HashWant want in _wants)
        {
            if (want.AskedOf == peer.Id)
                want.Pass(MonoTime.Never);
        }

        Wake(now);
    }

    private static bool IsAskable(PeerConnection peer) => peer.IsV2 && peer.IsReady && peer.IsGreeted;

    private void Tell(HashWant want, MonoTime now)
    {
        if (want.IsLeaves)
            _torrent.Storage?.LeavesAnswered(want.First, now);
        else
            _torrent.Storage?.HashesKnown(now);
    }

    private void Advance(MonoTime now)
    {
        _nextBeat = now + Beat;
        GiveUpSilent(now);
        GiveUpLeaves(now);
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (IsAskable(peer) && peer.HashesAsked < MaxPerPeer)
                Ask(peer, now);
        }

        // Who was passed over gets its turn again, and who answers late is not waited for.
        MonoTime due = _wants.Count == 0 ? MonoTime.Never : now + Patience;
        foreach (HashWant want in _wants)
            due = MonoTime.Min(due, want.Due);
        _timer.Set(due);
    }

    private void Ask(PeerConnection peer, MonoTime now)
    {
        // Leaves, which a piece waits for, stand first; among the others each pass goes on behind the last.
        int looks = Math.Min(_wants.Count, MaxLooks);
        for (int i = 0; i < looks; i++)
        {
            HashWant want = _wants[i < MaxLooks / 2 ? i : _cursor++ % _wants.Count];
            if (want.AskedOf is not null || !want.MayAsk(peer, now))
                continue;
            want.Ask(peer.Id, now + Patience);
            peer.HashesAsked++;
            peer.Send(PeerCommandKind.HashRequest, want.Request);
            if (peer.HashesAsked == MaxPerPeer)
                return;
        }
    }

    private void GiveUpSilent(MonoTime now)
    {
        foreach (HashWant want in _wants)
        {
            if (want.Due <= now)
                want.Pass(now + Pause);
        }
    }

    private void GiveUpLeaves(MonoTime now)
    {
        for (int i = _wants.Count - 1; i >= 0; i--)
        {
            HashWant want = _wants[i];
            if (!want.IsLeaves || want.AskedOf is not null)
                continue;
            if (want.Tries < MaxLeafTries && _torrent.Connector.Connections.Any(peer => IsAskable(peer) && want.MayAsk(peer, now)))
                continue;
            _wants.RemoveAt(i);
            Tell(want, now);
        }
    }
}
