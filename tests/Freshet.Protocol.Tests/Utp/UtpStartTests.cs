using Freshet.Abstractions;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>How streams begin, packet by packet, as other clients do it.</summary>
public sealed class UtpStartTests
{
    [Fact]
    public void A_start_is_answered_by_the_number_that_the_first_packet_will_have()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now)!;
        SentDatagram syn = peer.Take(UtpPacketType.Syn);
        Assert.Equal(20, syn.Length);
        Assert.Equal(UtpStreamState.Connecting, stream.State);

        // libtorrent and libutp answer with their first packet's number and do not count it.
        peer.Deliver(new UtpHeader(UtpPacketType.State, syn.Header.ConnectionId, 1, 1, 1000, 7000, syn.Header.Sequence), default, default);
        Assert.True(stream.IsConnected);
        Assert.Same(stream, peer.Endpoint.TakeChanged());
        SentDatagram proof = peer.Take(UtpPacketType.State);
        Assert.Equal((ushort)(syn.Header.ConnectionId + 1), proof.Header.ConnectionId);
        Assert.Equal(6999, proof.Header.Ack);
        peer.Deliver(new UtpHeader(UtpPacketType.Data, syn.Header.ConnectionId, 1, 1, 1000, 7000, syn.Header.Sequence), default, [5]);
        Assert.Equal(1, stream.Readable);
    }

    [Fact]
    public void Data_goes_out_with_the_number_after_the_start_and_proves_the_address_by_itself()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now)!;
        UtpHeader syn = peer.Take(UtpPacketType.Syn).Header;
        peer.Deliver(new UtpHeader(UtpPacketType.State, syn.ConnectionId, 1, 1, 1000, 7000, syn.Sequence), default, default, endBatch: false);
        Assert.Equal(3, stream.Write([1, 2, 3]));
        peer.Endpoint.EndBatch(peer.Now);
        SentDatagram data = peer.Take(UtpPacketType.Data);
        Assert.Equal((ushort)(syn.Sequence + 1), data.Header.Sequence);
        Assert.Equal([1, 2, 3], data.Payload);
        Assert.Empty(peer.Sent);
    }

    [Fact]
    public void A_start_without_answer_is_repeated_twice_and_given_up()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now)!;
        UtpHeader syn = peer.Take(UtpPacketType.Syn).Header;
        peer.Wait(999);
        Assert.Empty(peer.Sent);
        peer.Wait(1);
        Assert.Equal(syn.Sequence, peer.Take(UtpPacketType.Syn).Header.Sequence);
        peer.Wait(2000);
        peer.Take(UtpPacketType.Syn);
        peer.Wait(4000);
        Assert.Empty(peer.Sent);
        Assert.Equal(DisconnectReason.ConnectTimeout, stream.Fault);
        Assert.Same(stream, peer.Endpoint.TakeChanged());
        Assert.Equal(0, peer.Endpoint.Count);
        Assert.True(peer.Endpoint.NextDeadline.IsNever);
    }

    [Fact]
    public void A_refusal_fails_a_start_at_once()
    {
        var peer = new ScriptedPeer();
        UtpStream refused = peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now)!;
        UtpHeader syn = peer.Take(UtpPacketType.Syn).Header;
        peer.Deliver(new UtpHeader(UtpPacketType.Reset, syn.ConnectionId, 1, 1, 0, 9, syn.Sequence), default, default);
        Assert.Equal(DisconnectReason.ConnectFailed, refused.Fault);
    }

    [Fact]
    public void A_strangers_stream_is_there_with_its_first_packet()
    {
        var peer = new ScriptedPeer();
        peer.Syn(500);
        SentDatagram answer = peer.Take(UtpPacketType.State);
        Assert.Equal(500, answer.Header.ConnectionId);
        Assert.Equal(100, answer.Header.Ack);
        Assert.Equal(0, peer.Endpoint.Count);
        peer.Ack = (ushort)(answer.Header.Sequence - 1);
        peer.Send(UtpPacketType.Data, [1, 2]);
        UtpStream stream = peer.Endpoint.TakeIncoming()!;
        Assert.True(stream is { IsConnected: true, IsIncoming: true, Readable: 2 });
        Assert.Null(peer.Endpoint.TakeIncoming());

        // The first packet from here has the number that the answer named.
        peer.TakeAll();
        peer.Write(stream, 3);
        Assert.Equal(answer.Header.Sequence, peer.Take(UtpPacketType.Data).Header.Sequence);
    }

    [Fact]
    public void A_repeated_start_gets_the_same_answer_and_none_once_the_stream_is_there()
    {
        var peer = new ScriptedPeer();
        peer.Syn(500);
        UtpHeader first = peer.Take(UtpPacketType.State).Header;
        peer.Next--;
        peer.Wait(1000);
        peer.Syn(500);
        UtpHeader second = peer.Take(UtpPacketType.State).Header;
        Assert.Equal((first.Sequence, first.Ack), (second.Sequence, second.Ack));
        peer.Ack = (ushort)(first.Sequence - 1);
        peer.Send(UtpPacketType.State);
        UtpStream stream = peer.Endpoint.TakeIncoming()!;
        peer.Next--;
        peer.Syn(500);
        Assert.Empty(peer.Sent);
        Assert.True(stream.IsConnected);
        Assert.Null(peer.Endpoint.TakeIncoming());
    }

    [Fact]
    public void An_id_that_is_used_again_does_not_disturb_a_stream_and_replaces_one_that_is_over()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Connect();
        peer.Next = 30_000;
        peer.Syn(500);
        Assert.Empty(peer.Sent);
        Assert.True(stream.IsConnected);

        peer.Next = 102;
        stream.Close();
        peer.Endpoint.EndBatch(peer.Now);
        peer.Ack = peer.Take(UtpPacketType.Fin).Header.Sequence;
        peer.Send(UtpPacketType.State);
        Assert.Equal(1, peer.Endpoint.Count);
        UtpStream again = peer.Connect();
        Assert.NotSame(stream, again);
        Assert.Equal(UtpStreamState.Closed, stream.State);
    }

    [Fact]
    public void Ids_can_be_chosen_so_that_they_tell_whose_stream_it_is()
    {
        var peer = new ScriptedPeer(new UtpSettings { IdModulus = 4, IdRemainder = 3 });
        for (int i = 0; i < 100; i++)
        {
            peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now);
            Assert.Equal(3, peer.Take(UtpPacketType.Syn).Header.ConnectionId % 4);
        }
    }

    [Fact]
    public void There_are_no_more_streams_than_the_settings_say()
    {
        var peer = new ScriptedPeer(new UtpSettings { MaxStreams = 2 });
        Assert.NotNull(peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now));
        UtpStream second = peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now)!;
        Assert.Null(peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now));
        peer.TakeAll();
        peer.Syn(9);
        Assert.Empty(peer.Sent);
        second.Abort();
        Assert.NotNull(peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now));
    }
}
