using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>What is sent again, when, and what is never.</summary>
public sealed class UtpLossTests
{
    private const int RoundTrip = 50;

    [Fact]
    public void A_packet_with_three_behind_it_that_arrived_is_sent_again_at_once()
    {
        (ScriptedPeer peer, UtpStream stream, List<SentDatagram> sent) = Flight(6);
        ushort before = (ushort)(sent[0].Header.Sequence - 1);
        peer.Send(UtpPacketType.State, ack: before, mask: [0b011, 0, 0, 0]);
        Assert.Empty(peer.Sent);
        peer.Send(UtpPacketType.State, ack: before, mask: [0b111, 0, 0, 0]);
        SentDatagram again = peer.Take(UtpPacketType.Data);
        Assert.Equal(sent[0].Header.Sequence, again.Header.Sequence);
        Assert.Equal(sent[0].Payload, again.Payload);
        Assert.Empty(peer.Sent);
        Assert.Equal(1, stream.GetStatistics().PacketsResent);
        Assert.Equal(0, stream.GetStatistics().Timeouts);
    }

    [Fact]
    public void Three_equal_acknowledgements_without_a_mask_mean_the_same()
    {
        (ScriptedPeer peer, _, List<SentDatagram> sent) = Flight(6);
        ushort before = (ushort)(sent[0].Header.Sequence - 1);
        peer.Send(UtpPacketType.State, ack: before);
        peer.Send(UtpPacketType.State, ack: before);
        Assert.Empty(peer.Sent);
        peer.Send(UtpPacketType.State, ack: before);
        Assert.Equal(sent[0].Header.Sequence, peer.Take(UtpPacketType.Data).Header.Sequence);
        for (int i = 0; i < 10; i++)
            peer.Send(UtpPacketType.State, ack: before);
        Assert.Empty(peer.Sent);
    }

    [Fact]
    public void What_was_sent_again_and_lost_again_is_found_by_what_was_sent_after_it()
    {
        (ScriptedPeer peer, UtpStream stream, List<SentDatagram> sent) = Flight(6);
        ushort first = sent[0].Header.Sequence;
        peer.Send(UtpPacketType.State, ack: (ushort)(first - 1), mask: [0b1111, 0, 0, 0]);
        Assert.Equal(first, peer.Take(UtpPacketType.Data).Header.Sequence);
        peer.Wait(30);
        peer.Write(stream, 100);
        Assert.Equal((ushort)(first + 6), peer.Take(UtpPacketType.Data).Header.Sequence);
        peer.Wait(30);
        peer.Send(UtpPacketType.State, ack: (ushort)(first - 1), mask: [0b111111, 0, 0, 0]);
        Assert.Equal(first, peer.Take(UtpPacketType.Data).Header.Sequence);
        Assert.Equal(0, stream.GetStatistics().Timeouts);
    }

    [Fact]
    public void The_last_packet_is_sent_again_after_two_round_trips_and_then_time_outs_double()
    {
        (ScriptedPeer peer, UtpStream stream, List<SentDatagram> sent) = Flight(3);
        MonoTime start = peer.Now;
        var times = new List<(double Time, ushort Number)>();
        while (stream.IsConnected)
        {
            peer.Wait(10);
            times.AddRange(peer.TakeAll().Select(datagram => ((peer.Now - start).TotalSeconds, datagram.Header.Sequence)));
        }

        Assert.Equal(sent[^1].Header.Sequence, times[0].Number);
        Assert.InRange(times[0].Time, 0.1, 0.15);
        List<double> timeouts = [.. times.Skip(1).Where(entry => entry.Number == sent[0].Header.Sequence).Select(entry => entry.Time)];
        Assert.Equal(5, timeouts.Count);
        Assert.InRange(timeouts[0], 0.29, 0.35);
        for (int i = 2; i < timeouts.Count; i++)
            Assert.InRange((timeouts[i] - timeouts[i - 1]) / (timeouts[i - 1] - timeouts[i - 2]), 1.9, 2.1);
        Assert.Equal(DisconnectReason.PeerTimeout, stream.Fault);
        Assert.InRange((peer.Now - start).TotalSeconds, 15, 30);
    }

    [Fact]
    public void Packets_that_overtake_each_other_are_taken_for_lost_once_and_then_waited_for()
    {
        var wire = new UtpWire(5, new WireFaults { Jitter = TimeSpan.FromMilliseconds(4) });
        (UtpStream left, UtpStream right) = wire.Connect();
        var transfer = new Transfer(left, right, 3_000_000, 1);
        wire.Left.Application = transfer.Work;
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(10)));
        UtpStatistics statistics = left.GetStatistics();
        Assert.True(statistics.PacketsResent * 20 < statistics.PacketsSent, $"{statistics}");
        Assert.Equal(0, statistics.Timeouts);
    }

    [Fact]
    public void A_twentieth_of_all_packets_lost_needs_few_time_outs()
    {
        var wire = new UtpWire(6);
        (UtpStream left, UtpStream right) = wire.Connect();
        wire.Faults = new WireFaults { Loss = 0.05 };
        var transfer = new Transfer(left, right, 3_000_000, 1);
        wire.Left.Application = transfer.Work;
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(10)));
        UtpStatistics statistics = left.GetStatistics();
        Assert.InRange(statistics.PacketsResent, statistics.PacketsSent / 40, statistics.PacketsSent / 8);
        Assert.True(statistics.Timeouts * 100 < statistics.PacketsSent, $"{statistics}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_small_window_on_a_short_path_loses_milliseconds_by_a_loss_and_no_time_out(int packets)
    {
        var settings = new UtpSettings { MakeController = _ => new SetWindow(packets * 1452) };
        var wire = new UtpWire(8, new WireFaults { Delay = TimeSpan.FromMilliseconds(0.1) }, settings, settings);
        (UtpStream left, UtpStream right) = wire.Connect();
        wire.Faults = wire.Faults with { Loss = 0.05 };
        var transfer = new Transfer(left, right, 2_000_000, 1);
        wire.Left.Application = transfer.Work;
        MonoTime start = wire.Now;
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(10)));
        TimeSpan time = wire.Now - start;
        UtpStatistics statistics = left.GetStatistics();
        Assert.True(time < TimeSpan.FromSeconds(5), $"{time} {statistics}");
        Assert.True(statistics.Timeouts * 200 < statistics.PacketsSent, $"{statistics}");
    }

    [Fact]
    public void Numbers_and_timestamps_wrap_around_unnoticed()
    {
        // Small datagrams: more than 65,536 packets; and the clock passes 2^32 microseconds.
        var settings = new UtpSettings { MaxDatagram = 150 };
        var wire = new UtpWire(7, new WireFaults { Delay = TimeSpan.FromMilliseconds(2) }, settings, settings) { Now = new MonoTime((1L << 32) * 1000) - TimeSpan.FromSeconds(1) };
        (UtpStream left, UtpStream right) = wire.Connect();
        wire.Faults = wire.Faults with { Loss = 0.001, Duplicates = 0.001, Jitter = TimeSpan.FromMilliseconds(1) };
        var transfer = new Transfer(left, right, 10_000_000, 1);
        wire.Left.Application = transfer.Work;
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(30)), $"{transfer.Read}");
        Assert.True(left.GetStatistics().PacketsSent > 70_000);
        Assert.InRange(left.GetStatistics().RoundTrip.TotalMilliseconds, 3, 60);
    }

    /// <summary>A stream with some full packets on their way.</summary>
    private static (ScriptedPeer Peer, UtpStream Stream, List<SentDatagram> Sent) Flight(int packets)
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();

        // A few round trips of 50 ms.
        for (int i = 0; i < 8; i++)
        {
            peer.Write(stream, 10);
            peer.Wait(RoundTrip);
            peer.Ack = peer.Take(UtpPacketType.Data).Header.Sequence;
            peer.Send(UtpPacketType.State);
        }

        peer.Write(stream, packets * 1180);
        List<SentDatagram> sent = peer.TakeAll();
        Assert.Equal(packets, sent.Count);
        return (peer, stream, sent);
    }
}
