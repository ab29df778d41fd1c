using Freshet.Abstractions;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>How streams end.</summary>
public sealed class UtpCloseTests
{
    [Fact]
    public void The_end_goes_out_behind_all_data_and_is_sent_until_it_is_acknowledged()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        stream.Write(new byte[3000]);
        stream.Close();
        peer.Endpoint.EndBatch(peer.Now);
        List<SentDatagram> sent = peer.TakeAll();
        Assert.Equal([UtpPacketType.Data, UtpPacketType.Data, UtpPacketType.Data, UtpPacketType.Fin], sent.Select(datagram => datagram.Header.Type));
        Assert.Equal(sent[2].Header.Sequence + 1, sent[3].Header.Sequence);
        peer.Ack = sent[2].Header.Sequence;
        peer.Send(UtpPacketType.State);
        peer.Wait(1000);
        Assert.Equal(sent[3].Header.Sequence, peer.Take(UtpPacketType.Fin).Header.Sequence);
        peer.Ack = sent[3].Header.Sequence;
        peer.Send(UtpPacketType.Fin);
        Assert.Equal(UtpStreamState.Closed, stream.State);
        Assert.Equal((ushort)(peer.Next - 1), peer.TakeAll()[^1].Header.Ack);
        Assert.Equal(DisconnectReason.None, stream.Fault);
    }

    [Fact]
    public void The_peers_end_is_told_after_everything_before_it()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        ushort first = peer.Next;
        peer.Send(UtpPacketType.Fin, number: (ushort)(first + 2));
        peer.Send(UtpPacketType.Data, [2], number: (ushort)(first + 1));
        Assert.False(stream.HasEnded);
        peer.Send(UtpPacketType.Data, [1], number: first);
        Assert.False(stream.HasEnded);
        Assert.Equal(2, stream.Read(new byte[10]));
        Assert.True(stream.HasEnded);
        Assert.Equal((ushort)(first + 2), peer.TakeAll()[^1].Header.Ack);

        // The other direction is open still.
        peer.Write(stream, 10);
        Assert.Equal(10, peer.Take(UtpPacketType.Data).Payload.Length);
    }

    [Fact]
    public void Nothing_comes_after_the_end()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        peer.Send(UtpPacketType.Fin);
        peer.Send(UtpPacketType.Data, [1]);
        Assert.True(stream.HasEnded);
        Assert.Equal(0, stream.Readable);
    }

    [Fact]
    public void What_comes_after_our_close_is_acknowledged_and_dropped_under_both_numbers_that_peers_expect()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        stream.Close();
        peer.Endpoint.EndBatch(peer.Now);
        ushort end = peer.Take(UtpPacketType.Fin).Header.Sequence;
        peer.Send(UtpPacketType.Data, new byte[500]);
        peer.Send(UtpPacketType.Data, new byte[500]);
        List<SentDatagram> sent = peer.TakeAll();
        Assert.Equal(0, stream.Readable);
        Assert.Equal((ushort)(peer.Next - 1), sent[^1].Header.Ack);
        Assert.Contains(sent, datagram => datagram.Header.Sequence == end);
        Assert.Contains(sent, datagram => datagram.Header.Sequence == (ushort)(end + 1));
    }

    [Fact]
    public void A_closed_stream_answers_a_repeated_end_for_three_seconds_and_holds_no_memory()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        peer.Write(stream, 100);
        stream.Close();
        peer.Endpoint.EndBatch(peer.Now);
        peer.Ack = peer.TakeAll()[^1].Header.Sequence;
        peer.Send(UtpPacketType.State);
        Assert.Equal(1, peer.Endpoint.ClosingCount);
        peer.Wait(2900);
        Assert.Equal(1, peer.Endpoint.Count);
        Assert.False(stream.HoldsMemory);
        peer.Wait(100);
        Assert.Equal(0, peer.Endpoint.Count);
        Assert.Equal(0, peer.Endpoint.ClosingCount);
        Assert.True(peer.Endpoint.NextDeadline.IsNever);
    }

    [Fact]
    public void A_close_takes_no_longer_than_the_settings_say()
    {
        var peer = new ScriptedPeer { Window = 0 };
        UtpStream stream = peer.Accept();
        stream.Write(new byte[1000]);
        stream.Close();
        peer.Endpoint.EndBatch(peer.Now);
        for (int i = 0; i < 31; i++)
        {
            peer.Wait(1000);
            if (stream.State != UtpStreamState.Closed)
                peer.Send(UtpPacketType.State);
        }

        Assert.Equal(UtpStreamState.Closed, stream.State);
        Assert.Equal(UtpPacketType.Reset, peer.TakeAll()[^1].Header.Type);
    }

    [Fact]
    public void Of_too_many_that_close_the_oldest_is_dropped()
    {
        var peer = new ScriptedPeer(new UtpSettings { MaxClosing = 3 });
        List<UtpStream> streams = [];
        for (int i = 0; i < 5; i++)
        {
            UtpStream stream = peer.Accept();
            stream.Close();
            peer.Endpoint.EndBatch(peer.Now);
            peer.TakeAll();
            streams.Add(stream);
        }

        Assert.Equal(3, peer.Endpoint.ClosingCount);
        Assert.Equal([UtpStreamState.Closed, UtpStreamState.Closed], streams.Take(2).Select(stream => stream.State));
    }

    [Fact]
    public void An_abort_tells_the_peer_and_a_reset_leaves_what_has_come()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        stream.Abort();
        Assert.Equal((ushort)(peer.TheirId + 1), peer.Take(UtpPacketType.Reset).Header.ConnectionId);
        Assert.Equal(0, peer.Endpoint.Count);

        stream = peer.Accept();
        peer.Send(UtpPacketType.Data, [1, 2, 3]);
        peer.Send(UtpPacketType.Reset);
        Assert.Equal((UtpStreamState.Closed, DisconnectReason.ClosedByPeer, 3), (stream.State, stream.Fault, stream.Readable));
        Assert.Equal(3, stream.Read(new byte[9]));
        Assert.Equal(0, stream.Write([1]));
        stream.Close();
        Assert.False(stream.HoldsMemory);
    }

    [Fact]
    public void A_start_that_is_closed_is_forgotten()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Endpoint.Connect(ScriptedPeer.Address, peer.Now)!;
        stream.Close();
        Assert.Equal(0, peer.Endpoint.Count);
        Assert.Equal(DisconnectReason.None, stream.Fault);
    }
}
