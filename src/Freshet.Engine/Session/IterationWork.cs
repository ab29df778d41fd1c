using Freshet.Core;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Session;

/// <summary>
/// What a batch of events leaves to be done once at its end: however many blocks came from a peer, its queue is topped up once; however many pieces
/// were written, each peer gets its HAVEs in one go. Whoever has nothing to do is not in it.
/// </summary>
internal sealed class IterationWork
{
    private readonly Queue<PeerConnection> _peers = new();
    private readonly Queue<Torrent> _torrents = new();

    /// <summary>How often anything was done for a torrent at the end of a batch, since the start.</summary>
    public long Torrents { get; private set; }

    /// <summary>How often anything was done for a peer at the end of a batch, since the start.</summary>
    public long Peers { get; private set; }

    public bool IsEmpty => _peers.Count == 0 && _torrents.Count == 0;

    /// <summary>The connection's request queue may have room, or its interest may have changed.</summary>
    public void Add(PeerConnection peer)
    {
        if (peer.IsDirty || !peer.IsReady)
            return;
        peer.IsDirty = true;
        _peers.Enqueue(peer);
    }

    /// <summary>The torrent has pieces to announce or idle peers to wake.</summary>
    public void Add(Torrent torrent)
    {
        if (torrent.IsDirty)
            return;
        torrent.IsDirty = true;
        _torrents.Enqueue(torrent);
    }

    public void Run(MonoTime now)
    {
        while (!IsEmpty)
        {
            // Torrents first: they wake peers.
            while (_torrents.TryDequeue(out Torrent? torrent))
            {
                torrent.IsDirty = false;
                Torrents++;
                torrent.EndIteration(now);
            }

            while (_torrents.Count == 0 && _peers.TryDequeue(out PeerConnection? peer))
            {
                peer.IsDirty = false;
                Peers++;
                if (peer.IsReady)
                    peer.Torrent.Requester.TopUp(peer, now);
            }
        }
    }
}
