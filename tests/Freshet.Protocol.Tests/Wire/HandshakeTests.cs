using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

public sealed class HandshakeTests
{
    private static readonly MonoTime Now = LinkUnderTest.Start;

    [Fact]
    public void An_outgoing_link_speaks_first_and_is_ready_after_the_answer()
    {
        using var test = new LinkUnderTest(ready: false);
        byte[] sent = test.Drain();
        Assert.Equal(Samples.Handshake(Samples.Us), sent);
        test.Feed(Samples.Handshake());
        Assert.True(test.Link.IsReady);
        Assert.Equal(PeerEventKind.Ready, test.Only.Kind);
        var handshake = (PeerHandshake)test.Only.Payload!;
        Assert.Equal(Samples.Them, handshake.Peer);
        Assert.Equal(Samples.Swarm, handshake.Swarm);
        Assert.True(handshake.SupportsFast && handshake.SupportsExtensions);
        Assert.False(handshake.SupportsDht || handshake.SupportsV2);
    }

    /// <summary>BEP 5: the last bit of the reserved bytes.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_of_the_dht_is_offered_where_there_is_one(bool hasNode)
    {
        using var pool = new BlockPool(1);
        var link = PeerLink.Outgoing(new ConnectionId(2), Samples.Setup() with { OffersDht = hasNode }, pool, Now);
        byte[] sent = link.BeginSend().ToArray();
        Assert.Equal(hasNode ? 1 : 0, sent[27] & 1);
    }

    [Fact]
    public void Features_are_on_only_where_the_peer_has_them()
    {
        using var test = new LinkUnderTest(fast: false, extensions: false);
        test.Apply(PeerCommandKind.Reject, Samples.Range(9, 0, 20_000));
        test.Apply(PeerCommandKind.ExtensionHandshake, payload: new ExtensionHandshake());
        Assert.False(test.Link.HasOutput);
    }

    [Fact]
    public void An_incoming_link_waits_for_the_answer_and_keeps_what_came_behind()
    {
        using var pool = new BlockPool(1);
        var events = new PeerEventBuffer();
        var link = PeerLink.Incoming(new ConnectionId(1), Samples.Address, pool, Now);
        byte[] all = [.. Samples.Handshake(), .. Samples.Message(4, [3])];
        link.Feed(all, events, Now);
        Assert.Equal(1, events.Count);
        Assert.Equal(PeerEventKind.Incoming, events.Events[0].Kind);
        Assert.Equal(default, ((PeerHandshake)events.Events[0].Payload!).Peer);
        Assert.False(link.WantsInput);
        Assert.False(link.HasOutput);
        Assert.Throws<InvalidOperationException>(() => link.Apply(new PeerCommand(PeerCommandKind.Choke, link.Id), events, Now));

        link.Apply(new PeerCommand(PeerCommandKind.Accept, link.Id) { Payload = Samples.Setup() }, events, Now);
        Assert.True(link.IsReady && link.WantsInput);
        Assert.Equal(Samples.Handshake(Samples.Us), link.BeginSend().ToArray());
        link.EndSend(68, Now);
        Assert.Equal([PeerEventKind.Incoming, PeerEventKind.Ready, PeerEventKind.Have], events.Events.ToArray().Select(e => e.Kind));
        Assert.Equal(Samples.Them, ((PeerHandshake)events.Events[1].Payload!).Peer);
        link.Close(DisconnectReason.Shutdown, events);
    }

    /// <summary>BEP 52, "upgrade path".</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_hybrid_offers_v2_and_takes_either_hash_for_an_answer(bool isTakenOver)
    {
        using var pool = new BlockPool(1);
        var events = new PeerEventBuffer();
        PeerLink link = PeerLink.Outgoing(new ConnectionId(2), Samples.Setup() with { V2Swarm = Samples.V2Swarm }, pool, Now);
        Assert.Equal(Samples.Handshake(Samples.Us, v2: true), link.BeginSend().ToArray());
        link.EndSend(68, Now);
        InfoHash answer = isTakenOver ? Samples.V2Swarm : Samples.Swarm;
        link.Feed(Samples.Handshake(swarm: answer), events, Now);
        Assert.True(link.IsReady);
        Assert.Equal(answer, ((PeerHandshake)events.Events[0].Payload!).Swarm);
        link.Close(DisconnectReason.Shutdown, events);
    }

    /// <summary>BEP 52, "upgrade path".</summary>
    [Fact]
    public void An_incoming_link_may_be_answered_with_the_v2_hash_and_is_of_that_swarm()
    {
        using var pool = new BlockPool(1);
        var events = new PeerEventBuffer();
        var link = PeerLink.Incoming(new ConnectionId(1), Samples.Address, pool, Now);
        link.Feed(Samples.Handshake(v2: true), events, Now);
        Assert.True(((PeerHandshake)events.Events[0].Payload!).SupportsV2);
        link.Apply(new PeerCommand(PeerCommandKind.Accept, link.Id) { Payload = Samples.Setup() with { Swarm = Samples.V2Swarm } }, events, Now);
        Assert.Equal(Samples.Handshake(Samples.Us, swarm: Samples.V2Swarm), link.BeginSend().ToArray());
        link.EndSend(68, Now);
        Assert.Equal(Samples.V2Swarm, ((PeerHandshake)events.Events[1].Payload!).Swarm);
        link.Close(DisconnectReason.Shutdown, events);
    }

    [Fact]
    public void Where_no_v2_was_offered_another_hash_is_no_answer()
    {
        using var test = new LinkUnderTest(ready: false);
        test.AssertEnds(DisconnectReason.UnknownTorrent, Samples.Handshake(swarm: Samples.V2Swarm));
    }

    [Fact]
    public void A_peer_id_may_come_after_our_answer()
    {
        using var pool = new BlockPool(1);
        var events = new PeerEventBuffer();
        var link = PeerLink.Incoming(new ConnectionId(1), Samples.Address, pool, Now);
        link.Feed(Samples.Handshake().AsSpan(0, 48), events, Now);
        link.Apply(new PeerCommand(PeerCommandKind.Accept, link.Id) { Payload = Samples.Setup() }, events, Now);
        Assert.True(link.WantsInput);
        link.Feed(Samples.Handshake().AsSpan(48), events, Now);
        Assert.True(link.IsReady);
    }

    [Fact]
    public void Another_protocol_is_dropped_at_its_first_bytes()
    {
        using var test = new LinkUnderTest(ready: false);
        test.AssertEnds(DisconnectReason.BadHandshake, "GET"u8.ToArray());
    }

    [Fact]
    public void Another_info_hash_is_refused_before_the_peer_id()
    {
        using var test = new LinkUnderTest(ready: false);
        byte[] other = Samples.Handshake(swarm: new InfoHash(default));
        test.AssertEnds(DisconnectReason.UnknownTorrent, other[..48]);
    }

    [Fact]
    public void Our_own_peer_id_is_a_connection_to_ourselves()
    {
        using var test = new LinkUnderTest(ready: false);
        test.AssertEnds(DisconnectReason.SelfConnection, Samples.Handshake(Samples.Us));
        Assert.Equal(0, test.Events.Count);
    }

    // W3: the deadline is the whole handshake's, however often a byte comes.
    [Fact]
    public void A_byte_a_second_does_not_outlive_ten_seconds()
    {
        using var test = new LinkUnderTest(ready: false);
        byte[] handshake = Samples.Handshake();
        for (int second = 0; second < 10; second++)
        {
            test.Now = LinkUnderTest.Start + TimeSpan.FromSeconds(second);
            test.Feed([handshake[second]]);
            test.Link.Advance(test.Now);
            Assert.Equal(DisconnectReason.None, test.Link.Ending);
        }

        Assert.Equal(LinkUnderTest.Start + WireLimits.Handshake, test.Link.Deadline);
        test.Link.Advance(test.Link.Deadline);
        Assert.Equal(DisconnectReason.HandshakeTimeout, test.Link.Ending);
        Assert.True(test.Link.Deadline.IsNever);
    }

    // W3: waiting for the engine's answer counts too.
    [Fact]
    public void An_incoming_link_without_an_answer_ends_too()
    {
        using var pool = new BlockPool(1);
        var events = new PeerEventBuffer();
        var link = PeerLink.Incoming(new ConnectionId(1), Samples.Address, pool, Now);
        link.Feed(Samples.Handshake(), events, Now);
        link.Advance(Now + WireLimits.Handshake);
        Assert.Equal(DisconnectReason.HandshakeTimeout, link.Ending);
        link.Close(DisconnectReason.None, events);
        Assert.Equal(DisconnectReason.HandshakeTimeout, events.Events[^1].Reason);
    }

    [Fact]
    public void Closed_is_posted_once_and_nothing_follows()
    {
        using var test = new LinkUnderTest();
        test.Link.Close(DisconnectReason.ClosedByPeer, test.Events);
        test.Link.Close(DisconnectReason.Shutdown, test.Events);
        test.Feed(Samples.Message(4, [1]));
        Assert.Equal(PeerEventKind.Closed, test.Only.Kind);
        Assert.Equal(DisconnectReason.ClosedByPeer, test.Only.Reason);
        Assert.False(test.Link.WantsInput || test.Link.HasOutput);
    }

    [Fact]
    public void A_silent_peer_is_given_up_and_we_are_not_silent_ourselves()
    {
        using var test = new LinkUnderTest();
        Assert.Equal(LinkUnderTest.Start + WireLimits.KeepAlive, test.Link.Deadline);
        test.Now = test.Link.Deadline;
        test.Link.Advance(test.Now);
        Assert.Equal(new byte[4], test.Drain());
        Assert.Equal(LinkUnderTest.Start + WireLimits.Silence, test.Link.Deadline);
        test.Link.Advance(test.Link.Deadline - TimeSpan.FromTicks(1));
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        test.Link.Advance(test.Link.Deadline);
        Assert.Equal(DisconnectReason.PeerTimeout, test.Link.Ending);
    }

    [Fact]
    public void How_long_a_peer_may_be_silent_is_the_sessions_choice()
    {
        using var pool = new BlockPool(1024 * 1024);
        ConnectionSetup setup = Samples.Setup(Samples.Layout()) with { Silence = TimeSpan.FromSeconds(7) };
        PeerLink link = PeerLink.Outgoing(new ConnectionId(2), setup, pool, LinkUnderTest.Start);
        link.Feed(Samples.Handshake(), new PeerEventBuffer(), LinkUnderTest.Start);
        link.Advance(LinkUnderTest.Start + TimeSpan.FromSeconds(6));
        Assert.Equal(DisconnectReason.None, link.Ending);
        link.Advance(LinkUnderTest.Start + TimeSpan.FromSeconds(7));
        Assert.Equal(DisconnectReason.PeerTimeout, link.Ending);
    }

    [Fact]
    public void A_keep_alive_of_the_peer_counts_as_life()
    {
        using var test = new LinkUnderTest();
        test.Now = LinkUnderTest.Start + TimeSpan.FromSeconds(100);
        test.Feed(new byte[4]);
        Assert.Equal(0, test.Events.Count);
        test.Link.Advance(LinkUnderTest.Start + WireLimits.Silence);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }
}
