using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>What strangers may try: reflection (U5), floods and resets (U6), lying acknowledgements (U7).</summary>
public sealed class UtpHostileTests
{
    [Fact]
    public void Who_has_not_proven_its_address_gets_three_small_answers_and_nothing_else()
    {
        var peer = new ScriptedPeer();
        for (int i = 0; i < 20; i++)
        {
            peer.Syn(500);
            peer.Wait(200);
        }

        List<SentDatagram> sent = peer.TakeAll();
        Assert.Equal(3, sent.Count);
        Assert.All(sent, datagram => Assert.True(datagram is { Length: 20, Header.Type: UtpPacketType.State }));
        peer.Wait(60_000);
        Assert.Empty(peer.Sent);
        Assert.Equal(0, peer.Endpoint.Count);
    }

    [Fact]
    public void Data_with_a_guessed_number_proves_nothing()
    {
        var peer = new ScriptedPeer();
        peer.Syn(500);
        ushort number = peer.Take(UtpPacketType.State).Header.Sequence;
        for (int wrong = 0; wrong < 65536; wrong += 13)
        {
            if ((ushort)wrong != (ushort)(number - 1))
                peer.Send(UtpPacketType.Data, [1], ack: (ushort)wrong);
        }

        Assert.Null(peer.Endpoint.TakeIncoming());
        Assert.All(peer.TakeAll(), datagram => Assert.Equal(UtpPacketType.Reset, datagram.Header.Type));
    }

    [Fact]
    public void A_flood_of_starts_takes_a_bounded_number_of_rows_and_the_oldest_give_way()
    {
        var peer = new ScriptedPeer(new UtpSettings { MaxHalfOpen = 100 });
        for (uint i = 0; i < 5000; i++)
            peer.Syn((ushort)i, DatagramAddress.OfIPv4(0x0B000000 + i, 1));
        Assert.Equal(100, peer.Endpoint.HalfOpenCount);
        Assert.Equal(0, peer.Endpoint.Count);

        // Who is really there gets through.
        peer.TakeAll();
        peer.Connect();
    }

    [Fact]
    public void One_stranger_has_few_starts_open_whatever_its_ports()
    {
        var peer = new ScriptedPeer(new UtpSettings { MaxHalfOpenOfOne = 16 });
        for (ushort i = 0; i < 1000; i++)
            peer.Syn(i, DatagramAddress.OfIPv4(0x0B000001, (ushort)(1 + i)));
        Assert.Equal(16, peer.Endpoint.HalfOpenCount);

        // All of one IPv6 network are one.
        for (ushort i = 0; i < 1000; i++)
            peer.Syn(i, new DatagramAddress(0x2001_0db8_0000_0000, i, 1));
        Assert.Equal(32, peer.Endpoint.HalfOpenCount);
        peer.Wait(15_000);
        peer.Syn(1, DatagramAddress.OfIPv4(0x0B000001, 1));
        Assert.Equal(1, peer.Endpoint.HalfOpenCount);
    }

    [Fact]
    public void Nobody_may_start_where_none_is_allowed()
    {
        var peer = new ScriptedPeer(new UtpSettings { MaxHalfOpen = 0 });
        peer.Syn(500);
        Assert.Empty(peer.Sent);
        Assert.Equal(0, peer.Endpoint.HalfOpenCount);
    }

    [Fact]
    public void Strangers_are_told_of_no_stream_a_hundred_times_a_second_and_never_in_answer_to_that()
    {
        var peer = new ScriptedPeer();
        for (int i = 0; i < 1000; i++)
            peer.Send(UtpPacketType.Data, new byte[100]);
        List<SentDatagram> sent = peer.TakeAll();
        Assert.Equal(100, sent.Count);
        Assert.All(sent, datagram => Assert.True(datagram is { Length: 20, Header.Type: UtpPacketType.Reset }));
        peer.Wait(1000);
        for (int i = 0; i < 10; i++)
            peer.Send(UtpPacketType.Reset);
        Assert.Empty(peer.Sent);
        peer.Send(UtpPacketType.State);
        Assert.Equal(peer.TheirId, peer.Take(UtpPacketType.Reset).Header.ConnectionId);
    }

    [Fact]
    public void A_reset_is_believed_with_both_of_the_ids_and_a_number_of_ours_only()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        ushort last = peer.Ack;
        peer.Send(UtpPacketType.Reset, ack: (ushort)(last + 2));
        peer.Send(UtpPacketType.Reset, ack: (ushort)(last - 100));
        peer.Deliver(new UtpHeader(UtpPacketType.Reset, (ushort)(peer.TheirId + 2), 0, 0, 0, 0, last), default, default);
        peer.Deliver(new UtpHeader(UtpPacketType.Reset, (ushort)(peer.TheirId - 1), 0, 0, 0, 0, last), default, default);
        peer.Deliver(new UtpHeader(UtpPacketType.Reset, peer.TheirId, 0, 0, 0, 0, last), default, default, DatagramAddress.OfIPv4(0x0A000003, 6881));
        Assert.True(stream.IsConnected);

        // libutp answers with the id under which it was addressed.
        peer.Deliver(new UtpHeader(UtpPacketType.Reset, (ushort)(peer.TheirId + 1), 0, 0, 0, 0, last), default, default);
        Assert.Equal(DisconnectReason.ClosedByPeer, stream.Fault);
        Assert.Equal(0, peer.Endpoint.Count);
    }

    [Fact]
    public void What_was_never_sent_cannot_be_acknowledged()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        peer.Write(stream, 3000);
        List<SentDatagram> sent = peer.TakeAll();
        ushort last = sent[^1].Header.Sequence;
        UtpStatistics before = stream.GetStatistics();
        for (int beyond = 1; beyond < 30_000; beyond += 7)
            peer.Send(UtpPacketType.Data, [1], number: peer.Next, ack: (ushort)(last + beyond));
        Assert.Equal(before.InFlight, stream.GetStatistics().InFlight);
        Assert.Equal(0, stream.Readable);

        // Nor by a mask: of its bits one speaks of a packet that was sent.
        byte[] mask = new byte[252];
        mask.AsSpan().Fill(0xFF);
        peer.Send(UtpPacketType.State, ack: (ushort)(last - 2), mask: mask);
        Assert.Equal(sent[^2].Payload.Length, stream.GetStatistics().InFlight);
        peer.Send(UtpPacketType.State, ack: last);
        Assert.True(stream.IsFlushed);
        peer.TakeAll();

        // The next packet has the next number, whatever was said of it.
        peer.Write(stream, 10);
        Assert.Equal((ushort)(last + 1), peer.Take(UtpPacketType.Data).Header.Sequence);
        Assert.Equal(10, stream.GetStatistics().InFlight);
    }

    [Fact]
    public void Packets_far_ahead_and_more_than_the_window_are_not_kept()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        ushort first = peer.Next;
        peer.Send(UtpPacketType.Data, [1], number: (ushort)(first + 2000));
        Assert.Empty(peer.Sent);
        for (int i = 1; i < 500; i++)
            peer.Send(UtpPacketType.Data, new byte[1400], number: (ushort)(first + i));
        SentDatagram last = peer.TakeAll()[^1];
        Assert.InRange(last.Header.Window, 0u, 1400u);
        int kept = last.SelectiveAck.Sum(bits => System.Numerics.BitOperations.PopCount(bits));
        Assert.InRange(kept, 40, 47);
        peer.Send(UtpPacketType.Data, [1], number: first);
        Assert.Equal(1 + (kept * 1400), stream.Readable);
    }

    [Fact]
    public void Noise_on_a_stream_does_it_no_harm()
    {
        var random = new SeededRandom(3);
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        peer.Write(stream, 5000);
        ushort first = peer.TakeAll()[0].Header.Sequence;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mask = new byte[random.Next(4) * 4];
            random.NextBytes(mask);
            var header = new UtpHeader(
                (UtpPacketType)random.Next(3),
                peer.TheirId,
                (uint)random.NextUInt64(),
                (uint)random.NextUInt64(),
                (uint)random.NextUInt64(),
                (ushort)(peer.Next + 1 + random.Next(3000)),
                (ushort)(first - 1 - random.Next(3000)));
            peer.Deliver(header, mask, new byte[random.Next(3)]);
            Assert.InRange(peer.Sent.Count, 0, 8);
            peer.Sent.Clear();
        }

        Assert.True(stream.IsConnected);
        Assert.Equal(0, stream.Readable);
    }
}
