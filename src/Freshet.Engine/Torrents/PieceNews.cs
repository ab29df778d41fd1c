using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Tells peers which pieces we have now and which no longer (BEP 3's "have", BEP 54's "lt_donthave"). What comes in one iteration is told at its end, so that a
/// batch of pieces costs one walk over the peers.
/// </summary>
internal sealed class PieceNews(Torrent torrent, SessionContext session)
{
    private readonly List<PieceIndex> _untold = [];

    /// <summary>A piece is here.</summary>
    public void Came(PieceIndex piece)
    {
        _untold.Add(piece);
        session.Work.Add(torrent);
    }

    /// <summary>A piece that was here is not any more: whoever thinks that we have it is told.</summary>
    public void Gone(PieceIndex piece)
    {
        if (_untold.Remove(piece))
            return;
        foreach (PeerConnection peer in torrent.Connector.Connections)
        {
            if (peer.IsGreeted && peer.SupportsExtensions)
                peer.Send(PeerCommandKind.DontHave, piece);
        }
    }

    /// <summary>The run ends: nobody is left to tell.</summary>
    public void Forget() => _untold.Clear();

    /// <summary>Tells everybody what came in the iteration.</summary>
    public void Tell()
    {
        if (_untold.Count == 0)
            return;
        foreach (PeerConnection peer in torrent.Connector.Connections)
            Tell(peer);
        _untold.Clear();
    }

    private void Tell(PeerConnection peer)
    {
        // Also those who say that they want nothing more: they may want more again, and must know then what is here.
        if (!peer.IsGreeted)
            return;

        // Also those who have the piece: a source that shows its pieces one by one waits for our word. Only who has everything needs none of it.
        foreach (PieceIndex piece in _untold)
        {
            if (!peer.IsSeeder)
                peer.Send(PeerCommandKind.Have, piece);
        }

        // Whoever had only these pieces to offer is not interesting any more.
        session.Work.Add(peer);
    }
}
