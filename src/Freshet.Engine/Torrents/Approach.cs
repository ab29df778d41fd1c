using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// How a torrent's peers are spoken to first: by which hash, encrypted or plain, over TCP or uTP; and what is tried next where they did not like it.
/// </summary>
internal sealed class Approach(Torrent torrent, SessionContext session)
{
    /// <summary>What a pump needs to dial a candidate.</summary>
    public ConnectionSetup ToDial(PeerConnection connection, PeerCandidate candidate)
        => Setup(connection, candidate.IsV2 ? torrent.Hashes.V2Swarm!.Value : torrent.Hashes.Primary) with
        {
            Encryption = Offers(candidate),
            Plan = DialPlans.For(session.Settings.Utp, candidate),
        };

    /// <summary>What a pump needs to answer a peer that dialled us.</summary>
    public ConnectionSetup ToAnswer(PeerConnection connection, PeerHandshake handshake)
    {
        // BEP 52: a peer of a hybrid's v1 swarm that says it knows v2 is answered with the v2 hash.
        return Setup(connection, handshake.SupportsV2 ? torrent.Hashes.Upgrade ?? handshake.Swarm : handshake.Swarm);
    }

    /// <summary>Both handshakes with a candidate are through: it is met in the same way the next time.</summary>
    public void Worked(PeerConnection connection, PeerCandidate candidate)
    {
        candidate.IsV2 = connection.IsV2 && torrent.Hashes.IsHybrid;
        if (connection.Transport == PeerTransport.Utp)
            candidate.SpeaksUtp = true;

        // The port that an incoming connection names is one of TCP and uTP alike, and says nothing of which gets through to it.
        if (!connection.Id.IsIncoming)
            candidate.Begins = connection.Transport;
    }

    /// <summary>The handshakes with a candidate did not get through: chooses what is tried the next time.</summary>
    /// <param name="candidate">Whom we dialled.</param>
    /// <param name="peers">The list that it is in.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="transport">What carried it, where it was open at all.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the next time is at once.</returns>
    public bool Failed(PeerCandidate candidate, PeerList peers, DisconnectReason reason, PeerTransport transport, MonoTime now)
    {
        if (session.Settings.EncryptOutgoing == EncryptionUse.Prefer && IsRefusal(reason) && peers.TryOtherWay(candidate, now))
            return true;

        // It was open and led nowhere: perhaps the path lets only the first packets through, or another program answers there.
        if (IsRefusal(reason) && session.Settings.Utp is UtpUse.On or UtpUse.Prefer)
            candidate.Begins = transport == PeerTransport.Tcp ? PeerTransport.Utp : PeerTransport.Tcp;

        // Who hangs up in the handshake may know the torrent by its other hash alone.
        if (torrent.Hashes.IsHybrid && reason is DisconnectReason.ClosedByPeer or DisconnectReason.UnknownTorrent or DisconnectReason.SocketError)
            candidate.IsV2 = !candidate.IsV2;
        return false;
    }

    /// <summary>Whether a peer may have ended a handshake because it does not know what we said.</summary>
    private static bool IsRefusal(DisconnectReason reason)
        => reason is DisconnectReason.ClosedByPeer or DisconnectReason.SocketError or DisconnectReason.BadHandshake or DisconnectReason.HandshakeTimeout;

    /// <summary>How payload may be written, where the connection to a peer begins encrypted.</summary>
    private MsePayload Offers(PeerCandidate candidate) => session.Settings.EncryptOutgoing switch
    {
        EncryptionUse.Require => MsePayload.Rc4,
        EncryptionUse.Prefer when !candidate.IsPlain => MsePayload.Rc4 | MsePayload.Plain,
        _ => MsePayload.None,
    };

    private ConnectionSetup Setup(PeerConnection connection, InfoHash swarm)
        => new(connection.Endpoint, swarm, session.Settings.PeerId, torrent.Lifecycle.IsOpen ? torrent.Layout : null)
        {
            Torrent = torrent.Id,
            V2Swarm = torrent.Hashes.V2Swarm,
            OffersDht = torrent.Dht.HasNode,
            Silence = session.Settings.PeerTimeout,
        };
}
