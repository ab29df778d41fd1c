using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>What peers are told of our node of the DHT, and what they tell of theirs (BEP 5).</summary>
public sealed class DhtPeerTests
{
    [Theory]
    [InlineData(true, false, false, true)]
    [InlineData(true, true, false, false)]
    [InlineData(true, false, true, false)]
    [InlineData(false, false, false, false)]
    public void Our_node_is_offered_and_told_of_where_it_answers_and_the_torrent_is_not_private(bool hasDht, bool isPrivate, bool isReadOnly, bool isTold)
    {
        EngineRig rig = Rig(hasDht, isPrivate, isReadOnly);
        FakePeer peer = rig.Peer(1, one => one.HasDht = true);
        rig.Add();
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        rig.Run(1);
        Assert.Equal(isTold, peer.Dialled.Single().OffersDht);
        Assert.Equal(isTold ? [6881] : [], rig.Sent(peer, PeerCommandKind.Port).Select(command => command.Value));
    }

    [Fact]
    public void Who_has_no_node_is_told_of_none()
    {
        EngineRig rig = Rig();
        FakePeer peer = rig.Peer(1);
        rig.Add();
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        rig.Run(1);
        Assert.Empty(rig.Sent(peer, PeerCommandKind.Port));
    }

    /// <summary>THREATS U2.</summary>
    [Fact]
    public void A_peer_tells_of_one_node_at_its_own_address()
    {
        EngineRig rig = Rig();
        FakePeer peer = Near(rig);
        rig.Add();
        rig.Incoming(peer);
        rig.RunUntil(() => peer.IsOpen);
        for (int port = 7000; port < 7010; port++)
            peer.Post(PeerEventKind.Port, value: port);
        rig.Run(1);
        (IPEndPoint remote, byte[] bytes, _) = Assert.Single(rig.Datagrams);
        Assert.Equal(new IPEndPoint(peer.Endpoint.Address, 7000), remote);
        Assert.Contains("4:ping", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_private_torrents_peers_no_node_is_taken()
    {
        EngineRig rig = Rig(isPrivate: true);
        FakePeer peer = Near(rig);
        rig.Add();
        rig.Incoming(peer);
        rig.RunUntil(() => peer.IsOpen);
        peer.Post(PeerEventKind.Port, value: 7000);
        rig.Run(60);
        Assert.Empty(rig.Datagrams);
    }

    private static FakePeer Near(EngineRig rig)
    {
        var peer = new FakePeer(rig, new IPEndPoint(IPAddress.Parse("20.1.2.3"), 6881), 1) { HasDht = true };
        rig.Peers[peer.Endpoint] = peer;
        return peer;
    }

    private static EngineRig Rig(bool hasDht = true, bool isPrivate = false, bool isReadOnly = false)
    {
        var settings = new SessionSettings
        {
            PeerId = PeerId.Create(new SeededRandom(3)),
            ListenPort = 6881,
            Dht = hasDht ? new SessionDhtSettings { Node = new DhtSettings { IsReadOnly = isReadOnly } } : null,
        };
        var rig = new EngineRig(settings: settings);
        return isPrivate ? new EngineRig(settings: settings) { Metainfo = rig.Metainfo with { IsPrivate = true } } : rig;
    }
}
