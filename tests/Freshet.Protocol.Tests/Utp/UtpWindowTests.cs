using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>Windows: how much may be on its way, who says so, and how they grow and shut.</summary>
public sealed class UtpWindowTests
{
    [Fact]
    public void A_window_grows_with_what_is_taken_and_shrinks_when_the_stream_idles()
    {
        var wire = new UtpWire(1, new WireFaults { Delay = TimeSpan.FromMilliseconds(20) });
        (UtpStream left, UtpStream right) = wire.Connect();
        uint largest = 0;
        uint last = 0;
        wire.Tap = (side, datagram) =>
        {
            Assert.True(UtpPacket.TryRead(datagram, out UtpPacket packet));
            if (side == wire.Right)
                largest = Math.Max(largest, last = packet.Header.Window);
            return true;
        };
        var transfer = new Transfer(left, right, 8_000_000, 1);
        wire.Left.Application = transfer.Work;
        wire.Right.Application = transfer.Work;
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(5)));
        Assert.True(largest > 200_000, $"{largest}");
        wire.Run(TimeSpan.FromSeconds(40));
        Assert.True(last <= 65_536, $"{last}");
    }

    [Fact]
    public void Who_does_not_read_is_sent_no_more_than_its_window_and_goes_on_when_it_reads()
    {
        var wire = new UtpWire(2);
        (UtpStream left, UtpStream right) = wire.Connect();
        byte[] piece = new byte[50_000];
        long written = 0;
        wire.Left.Application = () => written += left.Write(piece);
        wire.Run(TimeSpan.FromMinutes(5));
        Assert.InRange(right.Readable, 60_000, 65_536);
        Assert.True(left.IsConnected && !left.IsWritable);

        // The window opens: the rest comes without waiting for anybody's time-out.
        wire.Left.Application = null;
        MonoTime start = wire.Now;
        int rest = (int)written - right.Readable;
        while (right.Read(piece) > 0)
        {
        }

        Assert.True(wire.RunUntil(() => right.Readable == Math.Min(rest, 65_536) || right.Readable == rest, TimeSpan.FromSeconds(10)));
        Assert.True(wire.Now - start < TimeSpan.FromSeconds(1), $"{wire.Now - start}");
    }

    [Fact]
    public void Who_writes_exactly_what_there_is_room_for_is_told_when_there_is_more()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        while (peer.Endpoint.TakeChanged() is not null)
        {
        }

        peer.Write(stream, 128 * 1024);
        Assert.False(stream.IsWritable);
        peer.Ack = peer.TakeAll()[^1].Header.Sequence;
        peer.Send(UtpPacketType.State);
        Assert.Same(stream, peer.Endpoint.TakeChanged());
        Assert.True(stream.IsWritable);
    }

    [Fact]
    public void A_shut_window_is_asked_after_with_a_small_packet_until_it_opens()
    {
        var peer = new ScriptedPeer { Window = 0 };
        UtpStream stream = peer.Accept();
        peer.Write(stream, 5000);
        Assert.Empty(peer.Sent);
        ushort number = (ushort)(peer.Ack + 1);
        int asked = 0;
        for (int i = 0; i < 600; i++)
        {
            // It answers each that it has no room: a peer whose disk is slow, for ten minutes.
            peer.Wait(1000);
            foreach (SentDatagram datagram in peer.TakeAll().Where(datagram => datagram.Header.Type == UtpPacketType.Data))
            {
                Assert.Equal((number, 1), (datagram.Header.Sequence, datagram.Payload.Length));
                asked++;
                peer.Send(UtpPacketType.State);
            }
        }

        Assert.True(stream.IsConnected, $"{stream.Fault}");
        Assert.InRange(asked, 15, 60);
        peer.TakeAll();
        peer.Window = 100_000;
        peer.Send(UtpPacketType.State);
        List<SentDatagram> sent = peer.TakeAll();
        Assert.Equal(number, sent[0].Header.Sequence);
        Assert.Equal(5000, sent.Sum(datagram => datagram.Payload.Length));
    }

    [Fact]
    public void A_window_smaller_than_a_packet_is_filled_after_a_while()
    {
        var peer = new ScriptedPeer { Window = 500 };
        UtpStream stream = peer.Accept();
        peer.Write(stream, 5000);
        Assert.Empty(peer.Sent);
        peer.Wait(2000);
        Assert.Equal(500, peer.Take(UtpPacketType.Data).Payload.Length);
    }

    [Fact]
    public void No_more_small_packets_are_on_their_way_than_any_peer_has_places_for()
    {
        var peer = new ScriptedPeer(new UtpSettings { MakeController = _ => new SetWindow(1 << 24) });
        UtpStream stream = peer.Accept();
        for (int i = 0; i < 3000; i++)
        {
            stream.Write(new byte[5]);
            peer.Endpoint.EndBatch(peer.Now);
        }

        Assert.Equal(1000, peer.Sent.Count);
    }

    [Fact]
    public void All_streams_together_promise_and_keep_no_more_than_the_budget_beyond_their_own_shares()
    {
        var settings = new UtpSettings { TotalBuffers = 1 << 20, MakeController = _ => new SetWindow(1 << 24) };
        var peer = new ScriptedPeer(settings);
        long kept = 0;
        for (int i = 0; i < 20; i++)
        {
            kept += peer.Accept().Write(new byte[1 << 20]);
            peer.Endpoint.EndBatch(peer.Now);
            peer.Sent.Clear();
        }

        Assert.True(kept <= (20 * 65_536) + (1 << 20), $"{kept}");
        Assert.True(kept > 1 << 20);
    }

    [Fact]
    public void Memory_is_given_back_when_a_stream_idles()
    {
        var wire = new UtpWire(3);
        (UtpStream left, UtpStream right) = wire.Connect();
        var transfer = new Transfer(left, right, 300_000, 1);
        wire.Left.Application = transfer.Work;
        wire.Right.Application = transfer.Work;
        Assert.True(wire.RunUntil(() => transfer.IsDone && left.IsFlushed, TimeSpan.FromMinutes(1)));
        Assert.True(left.HoldsMemory || right.HoldsMemory);
        wire.Run(TimeSpan.FromSeconds(2));
        Assert.False(left.HoldsMemory || right.HoldsMemory);
    }

    [Fact]
    public void What_does_not_go_out_for_want_of_room_goes_out_when_there_is_some()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        peer.HasRoom = false;
        peer.Write(stream, 100);
        peer.Send(UtpPacketType.Data, [1]);
        Assert.Empty(peer.Sent);
        Assert.True(peer.Endpoint.NextDeadline.IsNever || peer.Endpoint.NextDeadline > peer.Now);
        peer.Wait(100);
        peer.HasRoom = true;
        peer.Endpoint.OutputReady(peer.Now);
        SentDatagram data = peer.Take(UtpPacketType.Data);
        Assert.Equal((100, (ushort)(peer.Next - 1)), (data.Payload.Length, data.Header.Ack));
        Assert.Empty(peer.Sent);
    }

    [Fact]
    public void Many_packets_of_a_batch_get_one_acknowledgement_and_a_single_one_waits_for_company()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();

        // The first of a stream are acknowledged at once: the peer's window is small.
        for (int i = 0; i < 40; i++)
        {
            peer.Send(UtpPacketType.Data, new byte[10]);
            peer.Wait(1);
        }

        peer.Wait(100);
        Assert.InRange(peer.TakeAll().Count, 32, 40);
        for (int i = 0; i < 20; i++)
            peer.Send(UtpPacketType.Data, new byte[10], endBatch: false);
        peer.Endpoint.EndBatch(peer.Now);
        Assert.Equal((ushort)(peer.Next - 1), peer.Take(UtpPacketType.State).Header.Ack);
        Assert.Empty(peer.Sent);
        peer.Send(UtpPacketType.Data, new byte[10]);
        peer.Wait(39);
        Assert.Empty(peer.Sent);
        peer.Wait(1);
        Assert.Equal((ushort)(peer.Next - 1), peer.Take(UtpPacketType.State).Header.Ack);
        Assert.Equal(610, stream.Readable);
    }

    [Fact]
    public void A_silent_stream_says_something_every_29_seconds_and_nothing_more()
    {
        var peer = new ScriptedPeer();
        peer.Accept();
        peer.Wait(28_999);
        Assert.Empty(peer.Sent);
        peer.Wait(1);
        Assert.Equal(20, peer.Take(UtpPacketType.State).Length);
        int wakeUps = 0;
        MonoTime end = peer.Now + TimeSpan.FromHours(1);
        for (; peer.Endpoint.NextDeadline < end; wakeUps++)
        {
            peer.Now = peer.Endpoint.NextDeadline;
            peer.Endpoint.Advance(peer.Now);
        }

        Assert.Equal(124, wakeUps);
        Assert.Equal(124, peer.Sent.Count);
    }
}
