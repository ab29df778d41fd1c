using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Extensions;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Connections from the dial until the torrent's pieces are spoken of. That is at once where the swarm is open; while the metadata is fetched, or the disk is looked at
/// after that, peers are told that nothing is here, and what they say of pieces waits in the connection.
/// </summary>
internal sealed class Arrivals(Torrent torrent, SessionContext session)
{
    /// <summary>
    /// Haves that a peer is sent in place of a bitfield, which comes too late once it was told that nothing is here. With more it is dialled again: 9 bytes each.
    /// </summary>
    private const int MaxHaves = 8192;

    /// <summary>Takes an event of a connection of this torrent that we have not begun to close, and that is not greeted.</summary>
    public void Handle(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        DisconnectReason breach = peer.IsReady ? HandleMessage(peer, happened, now) : HandleOpening(peer, happened, now);
        if (breach != DisconnectReason.None)
            torrent.Connector.Close(peer, breach, now);
    }

    /// <summary>A connection that was ready is gone, or going.</summary>
    public void Left(PeerConnection peer, MonoTime now)
    {
        torrent.Fetch?.Left(peer, now);
        torrent.LayerFetch?.Left(peer, now);
        peer.Reads?.End();
        torrent.NeedsPeers(now);
    }

    /// <summary>The swarm is open: pieces are spoken of with everybody who is here.</summary>
    public void Opened(MonoTime now)
    {
        for (int i = torrent.Connector.Connections.Count - 1; i >= 0; i--)
        {
            PeerConnection peer = torrent.Connector.Connections[i];
            if (peer is not { IsReady: true, IsGreeted: false })
                continue;
            if (torrent.Picker.Have.Count <= MaxHaves)
                torrent.Messages.Greet(peer, now);
            else
                torrent.Connector.Close(peer, DisconnectReason.TorrentStopped, now);
        }
    }

    /// <summary>Sends our extension handshake, the first or a later one.</summary>
    public void SayExtensions(PeerConnection peer)
    {
        int? port = session.Settings.ListenPort > 0 ? session.Settings.ListenPort : null;

        // Who says that it only uploads, and has nothing to show yet, is of no use to anybody: libtorrent hangs up on it at once.
        bool isUploadOnly = torrent.Lifecycle.IsOpen && !torrent.IsFetching && !peer.IsShownPart;
        peer.Send(PeerCommandKind.ExtensionHandshake, ExtensionNumbers.Announce(port, peer.Endpoint.Address, isUploadOnly, torrent.MetadataServer.Size, torrent.Exchange.IsOn));
    }

    /// <summary>A peer introduces itself.</summary>
    public void Learn(PeerConnection peer, ExtensionHandshake handshake, MonoTime now)
    {
        peer.Client = handshake.Client ?? peer.Client;
        peer.IsUploadOnly = handshake.UploadOnly ?? peer.IsUploadOnly;
        peer.MetadataSize = handshake.MetadataSize ?? peer.MetadataSize;
        if (handshake.Messages.TryGetValue(ExtensionNumbers.MetadataName, out byte number))
            peer.GivesMetadata = number != 0;
        if (handshake.RequestQueue is { } queue)
            peer.Window.PeerLimit = queue;
        if (handshake.YourAddress is { } seen)
            session.OwnAddresses.Seen(peer.Endpoint.Address, seen);
        if (handshake.ListenPort is { } port)
            torrent.Connector.LearnListenPort(peer, port, now);
        if (handshake.Messages.TryGetValue(ExtensionNumbers.PeerExchangeName, out number))
            torrent.Exchange.Offered(peer, number != 0, now);
    }

    private DisconnectReason HandleOpening(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        if (happened.Kind != PeerEventKind.Ready)
            return DisconnectReason.ProtocolError;
        if (!torrent.Connector.Ready(peer, (PeerHandshake)happened.Payload!, now))
            return DisconnectReason.None;
        torrent.Rates.Limit(peer, now);
        session.Effects.Publish(new PeerConnectedNotice(torrent.Id, peer.Id, peer.Endpoint, peer.Peer, peer.Transport, peer.Encryption));
        if (torrent.Lifecycle.IsOpen)
            torrent.Messages.Greet(peer, now);
        else
            TellNothing(peer);
        torrent.Dht.Greet(peer);
        torrent.LayerFetch?.Came(now);
        return DisconnectReason.None;
    }

    private void TellNothing(PeerConnection peer)
    {
        peer.IsToldNothing = true;
        peer.Send(PeerCommandKind.Bitfield, payload: null);
        if (peer.SupportsExtensions)
            SayExtensions(peer);
    }

    private DisconnectReason HandleMessage(PeerConnection peer, in PeerEvent happened, MonoTime now)
    {
        switch (happened.Kind)
        {
            case PeerEventKind.ExtensionHandshake:
                Learn(peer, (ExtensionHandshake)happened.Payload!, now);
                torrent.Fetch?.Heard(peer, now);
                break;
            case PeerEventKind.MetadataRequest:
                return torrent.MetadataServer.OnRequest(peer, happened.Value, now);
            case PeerEventKind.Metadata:
                torrent.Fetch?.OnPiece(peer, (MetadataPiece)happened.Payload!, now);
                break;
            case PeerEventKind.MetadataReject:
                torrent.Fetch?.OnReject(peer, happened.Value, now);
                break;
            case PeerEventKind.PeerExchange:
                return torrent.Exchange.OnMessage(peer, (PexMessage)happened.Payload!, now);
            case PeerEventKind.HashRequest:
                peer.Send(PeerCommandKind.HashReject, (HashRequest)happened.Payload!);
                return peer.MayFlap(now) ? DisconnectReason.None : DisconnectReason.ProtocolError;
            case PeerEventKind.Hashes:
                torrent.LayerFetch?.OnHashes(peer, (HashAnswer)happened.Payload!, now);
                break;
            case PeerEventKind.HashReject:
                torrent.LayerFetch?.OnReject(peer, (HashRequest)happened.Payload!, now);
                break;
            case PeerEventKind.Port:
                torrent.Dht.NodeTold(peer, happened.Value, now);
                break;
            case PeerEventKind.ReadWaiting:
                peer.Reads?.Waits(now);
                break;
        }

        return DisconnectReason.None;
    }
}
