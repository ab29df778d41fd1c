using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>What each message of a peer means for a torrent. The pump has bounded and checked it; what is left to check is order and measure.</summary>
internal sealed class PeerMessages
{
    private readonly Torrent _torrent;
    private readonly SessionContext _session;

    public PeerMessages(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
    }

    /// <summary>Takes an event of a greeted connection of this torrent that we have not begun to close.</summary>
    public void Handle(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        DisconnectReason breach = HandleMessage(peer, happened, now);
        if (breach != DisconnectReason.None)
            _torrent.Connector.Close(peer, breach, now);
    }

    /// <summary>Speaks of pieces with a peer from here on.</summary>
    public void Greet(PeerConnection peer, MonoTime now)
    {
        peer.IsGreeted = true;
        _torrent.Picker.AddPeer(peer.Id);

        // The bitfield must be the first message of all (BEP 3); it is a copy, because pieces go on coming.
        Bitfield shown = _torrent.InitialSeeding.Greet(peer, now);
        if (peer.IsToldNothing)
            TellHaves(peer, shown);
        else
            peer.Send(PeerCommandKind.Bitfield, shown);
        if (peer.SupportsExtensions)
            _torrent.Arrivals.SayExtensions(peer);
        _torrent.Uploader.OfferFast(peer);
    }

    /// <summary>A connection that was ready is gone, or going.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        _torrent.Requester.Left(peer);
        _torrent.Uploader.Left(peer, now);
        peer.Reads?.End();
        _torrent.InitialSeeding.Left(peer, now);
        _torrent.Trees?.Asker.Left(peer, now);
        _torrent.NeedsPeers(now);
    }

    /// <summary>All that is wanted is here: peers are told, and those who want nothing either are let go.</summary>
    public void WantNothing(MonoTime now)
    {
        for (int i = _torrent.Connector.Connections.Count - 1; i >= 0; i--)
        {
            PeerConnection peer = _torrent.Connector.Connections[i];
            if (!peer.IsGreeted)
                continue;
            _session.Work.Add(peer);
            CloseUseless(peer, now);
            if (peer.IsReady && peer.SupportsExtensions)
                _torrent.Arrivals.SayExtensions(peer);
        }
    }

    /// <summary>More is wanted after all: peers who were told otherwise hear of it (BEP 21).</summary>
    public void WantMore()
    {
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (peer.IsGreeted && peer.SupportsExtensions)
                _torrent.Arrivals.SayExtensions(peer);
        }
    }

    /// <summary>After all was here something is missing again: peers are told that we download (BEP 21).</summary>
    public void WantAgain()
    {
        foreach (PeerConnection peer in _torrent.Connector.Connections)
        {
            if (peer.IsGreeted && peer.SupportsExtensions)
                _torrent.Arrivals.SayExtensions(peer);
        }
    }

    // What the peer says of pieces has waited in the connection until it knows how many there are.
    private void TellHaves(PeerConnection peer, Bitfield shown)
    {
        peer.Send(PeerCommandKind.Layout, _torrent.Layout);
        for (int piece = shown.NextSet(0); piece >= 0; piece = shown.NextSet(piece + 1))
            peer.Send(PeerCommandKind.Have, new PieceIndex(piece));
    }

    private static DisconnectReason Spend(PeerConnection peer, MonoTime now)
        => peer.MayFlap(now) ? DisconnectReason.None : DisconnectReason.ProtocolError;

    private DisconnectReason HandleMessage(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        switch (happened.Kind)
        {
            case PeerEventKind.Block:
                _torrent.Requester.OnBlock(peer, happened.Range, happened.Lease, now);
                return DisconnectReason.None;
            case PeerEventKind.UnwantedBlock:
                _torrent.Requester.OnUnwantedBlock(peer, happened.Range, now);
                return DisconnectReason.None;
            case PeerEventKind.Request:
                return _torrent.Uploader.OnRequest(peer, happened.Range, now);
            case PeerEventKind.Sent:
                peer.CountUpload(happened.Value, now);
                _torrent.Figures.CountUpload(happened.Value, now);
                _session.Mixed.Sent(peer, happened.Value, now);
                peer.Uploads.Sent(happened.Value, happened.Blocks, now);
                return DisconnectReason.None;
            case PeerEventKind.Unread:
                peer.Uploads.Unread(happened.Range, now);
                return DisconnectReason.None;
            case PeerEventKind.Dropped:
                peer.Uploads.Dropped(happened.Value, happened.Blocks, now);
                return DisconnectReason.None;
            case PeerEventKind.ReadWaiting:
                peer.Reads?.Waits(now);
                return DisconnectReason.None;
            case PeerEventKind.Have:
                return OnHave(peer, happened.Range.Piece, now);
            case PeerEventKind.Bitfield or PeerEventKind.HaveAll or PeerEventKind.HaveNone:
                return OnPieces(peer, happened, now);
            case PeerEventKind.Choke:
                _torrent.Requester.OnChoke(peer);
                return Spend(peer, now);
            case PeerEventKind.Unchoke:
                _torrent.Requester.OnUnchoke(peer);
                return Spend(peer, now);
            case PeerEventKind.Interested:
                _torrent.Uploader.OnInterested(peer, now);
                return Spend(peer, now);
            case PeerEventKind.NotInterested:
                _torrent.Uploader.OnNotInterested(peer, now);
                CloseUseless(peer, now);
                return Spend(peer, now);
            case PeerEventKind.Cancel:
                // Looks through the whole queue: over its measure it is ignored, and the block goes out.
                if (peer.MayCancel(now))
                    peer.Uploads.Cancel(happened.Range);
                return DisconnectReason.None;
            case PeerEventKind.Reject:
                return _torrent.Requester.OnReject(peer, happened.Range, now) ? DisconnectReason.None : DisconnectReason.ProtocolError;
            case PeerEventKind.AllowedFast:
                _torrent.Picker.AllowFast(peer.Id, happened.Range.Piece);
                _session.Work.Add(peer);
                return DisconnectReason.None;
            case PeerEventKind.Suggest:
                _torrent.Picker.Suggest(peer.Id, happened.Range.Piece);
                return Spend(peer, now);
            case PeerEventKind.DontHave:
                _torrent.Picker.RemoveHave(peer.Id, happened.Range.Piece);
                _session.Work.Add(peer);
                return Spend(peer, now);
            case PeerEventKind.HashRequest when _torrent.Trees is { } trees:
                return trees.Server.OnRequest(peer, (HashRequest)happened.Payload!, now);
            case PeerEventKind.Hashes when _torrent.Trees is { } trees:
                trees.Asker.OnHashes(peer, (HashAnswer)happened.Payload!, now);
                return DisconnectReason.None;
            case PeerEventKind.HashReject when _torrent.Trees is { } trees:
                trees.Asker.OnReject(peer, (HashRequest)happened.Payload!, now);
                return Spend(peer, now);
            case PeerEventKind.ExtensionHandshake:
                OnExtensions(peer, (ExtensionHandshake)happened.Payload!, now);
                return DisconnectReason.None;
            case PeerEventKind.MetadataRequest:
                return _torrent.MetadataServer.OnRequest(peer, happened.Value, now);
            case PeerEventKind.Metadata or PeerEventKind.MetadataReject:
                // Asked for before another had given it.
                return DisconnectReason.None;
            case PeerEventKind.PeerExchange:
                return _torrent.Exchange.OnMessage(peer, (PexMessage)happened.Payload!, now);
            case PeerEventKind.Port:
                _torrent.Dht.NodeTold(peer, happened.Value, now);
                return Spend(peer, now);
            default:
                return DisconnectReason.ProtocolError;
        }
    }

    private DisconnectReason OnHave(PeerConnection peer, PieceIndex piece, MonoTime now)
    {
        if (!_torrent.Picker.AddHave(peer.Id, piece))
            return Spend(peer, now);
        if (_torrent.Picker.AvailabilityOf(piece) == 1)
            _torrent.Requester.SwarmGrew(now);
        _session.Work.Add(peer);
        _torrent.Trees?.Asker.Wake(now);
        _torrent.InitialSeeding.Had(peer, piece, now);
        if (!peer.IsSeeder)
            return DisconnectReason.None;
        _session.Touched.Add(_torrent);
        CloseUseless(peer, now);
        return DisconnectReason.None;
    }

    private DisconnectReason OnPieces(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        // Only once, and before any HAVE (BEP 3, BEP 6).
        if (peer.HasSaidPieces || _torrent.Picker.PeerPieceCount(peer.Id) > 0)
            return DisconnectReason.ProtocolError;
        peer.HasSaidPieces = true;
        if (happened.Kind == PeerEventKind.HaveAll)
            _torrent.Picker.SetHaveAll(peer.Id);
        else if (happened.Kind == PeerEventKind.Bitfield)
            _torrent.Picker.SetHave(peer.Id, (Bitfield)happened.Payload!);
        _session.Work.Add(peer);
        _session.Touched.Add(_torrent);
        _torrent.InitialSeeding.SaidPieces(peer, now);
        _torrent.Trees?.Asker.Wake(now);
        CloseUseless(peer, now);
        return DisconnectReason.None;
    }

    private void OnExtensions(PeerConnection peer, ExtensionHandshake handshake, MonoTime now)
    {
        _torrent.Arrivals.Learn(peer, handshake, now);
        _session.Work.Add(peer);
        CloseUseless(peer, now);
    }

    /// <summary>Two who both want nothing need no connection.</summary>
    private void CloseUseless(PeerConnection peer, MonoTime now)
    {
        if (_torrent.IsUseless(peer))
            _torrent.Connector.Close(peer, DisconnectReason.Useless, now);
    }
}
