using Freshet.Core;
using Freshet.Protocol.Utp;
using Freshet.Protocol.Utp.Sending;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>How long datagrams may be, and how that is found out.</summary>
public sealed class UtpPathTests
{
    [Theory]
    [InlineData(65_535, 1472, 1472)]
    [InlineData(1472, 1461, 1472)]
    [InlineData(1464, 1453, 1464)]
    [InlineData(1400, 1389, 1400)]
    [InlineData(1250, 1239, 1250)]
    [InlineData(1200, 1200, 1200)]
    public void Datagrams_become_as_long_as_the_path_takes(int path, int least, int most)
    {
        (UtpWire wire, UtpStream left, Transfer transfer) = Begin(new WireFaults { ProbeMtu = path, Mtu = path });
        int longest = 0;
        wire.Tap = (_, datagram) =>
        {
            longest = Math.Max(longest, datagram.Length);
            return true;
        };
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(5)));
        Assert.InRange(left.GetStatistics().Datagram, least, most);
        Assert.Equal(1472, longest);
        Assert.Equal(0, left.GetStatistics().Timeouts);
    }

    [Fact]
    public void A_probe_that_is_lost_by_chance_is_tried_again()
    {
        (UtpWire wire, UtpStream left, Transfer transfer) = Begin(new WireFaults());
        int probes = 0;
        wire.Tap = (_, datagram) => datagram.Length <= 1200 || ++probes > 2;
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(5)));
        Assert.Equal(1472, left.GetStatistics().Datagram);
    }

    [Fact]
    public void A_lost_probe_is_no_congestion_and_its_payload_comes_without_the_padding()
    {
        var peer = new ScriptedPeer();
        UtpStream stream = peer.Accept();
        for (int i = 0; i < 10; i++)
        {
            peer.Write(stream, 12_000);
            peer.Wait(20);
            List<SentDatagram> sent = peer.TakeAll();
            if (sent.Find(datagram => datagram.IsProbe) is { } probe)
            {
                Assert.Equal(1472, probe.Length);
                Assert.Equal(sent[0].Payload.Length, probe.Payload.Length);
                byte[] mask = [0xFF, 0xFF, 0, 0];
                peer.Send(UtpPacketType.State, ack: (ushort)(probe.Header.Sequence - 1), mask: mask);
                SentDatagram again = peer.TakeAll().Find(datagram => datagram.Header.Sequence == probe.Header.Sequence)!;
                Assert.Equal((probe.Payload.Length + 20, false), (again.Length, again.IsProbe));
                Assert.Equal(probe.Payload, again.Payload);
                Assert.Equal(0, peer.Controller.Losses);
                return;
            }

            peer.Ack = sent[^1].Header.Sequence;
            peer.Send(UtpPacketType.State);
            peer.TakeAll();
        }

        Assert.Fail("no probe");
    }

    [Fact]
    public void A_path_that_becomes_narrower_is_noticed_by_time_outs()
    {
        (UtpWire wire, UtpStream left, Transfer transfer) = Begin(new WireFaults());
        Assert.True(wire.RunUntil(() => left.GetStatistics().Datagram == 1472 && transfer.Read > 500_000, TimeSpan.FromMinutes(5)));

        wire.Tap = (_, datagram) => datagram.Length <= 1300;
        Assert.True(wire.RunUntil(() => left.GetStatistics().Datagram == 1200, TimeSpan.FromSeconds(5)));

        // What was cut too long can only come in fragments; the system sees to those.
        bool isProbe = false;
        wire.Tap = (_, datagram) => datagram.Length <= 1300 || !(isProbe = datagram[1] == UtpHeader.Padding);
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(10)));
        Assert.True(isProbe);
        Assert.InRange(left.GetStatistics().Datagram, 1200, 1300);
    }

    [Fact]
    public void What_our_own_system_calls_too_long_is_not_probed()
    {
        (UtpWire wire, UtpStream left, Transfer transfer) = Begin(new WireFaults());
        wire.Left.Endpoint.TooLong(wire.Right.Address, 1401, wire.Now);
        int longest = 0;
        wire.Tap = (_, datagram) =>
        {
            longest = Math.Max(longest, datagram.Length);
            return true;
        };
        Assert.True(wire.RunUntil(() => transfer.IsDone, TimeSpan.FromMinutes(5)));
        Assert.Equal(1400, longest);
        Assert.Equal(1400, left.GetStatistics().Datagram);
    }

    [Fact]
    public void The_search_tries_the_longest_first_then_halves_and_looks_again_after_ten_minutes()
    {
        var now = new MonoTime(1);
        var search = new MtuSearch(1472);
        Assert.Equal(1200, search.Datagram);
        var tried = new List<int>();
        while (search.IsWanted(now) && search.NextProbe(int.MaxValue, now) is > 0 and int length)
        {
            tried.Add(length);
            search.Sent(length);
            if (length <= 1350)
                search.Acknowledged(now);
            else
                search.Lost(now);
        }

        Assert.Equal([1472, 1472, 1472], tried.Take(3));
        Assert.InRange(search.Datagram, 1339, 1350);
        Assert.True(tried.Count < 20);
        now += TimeSpan.FromMinutes(10);
        Assert.True(search.IsWanted(now));
        Assert.Equal(1472, search.NextProbe(int.MaxValue, now));
    }

    private static (UtpWire Wire, UtpStream Left, Transfer Transfer) Begin(WireFaults faults)
    {
        var wire = new UtpWire(5);
        (UtpStream left, UtpStream right) = wire.Connect();
        wire.Faults = faults;
        var transfer = new Transfer(left, right, 2_000_000, 1);
        wire.Left.Application = transfer.Work;
        return (wire, left, transfer);
    }
}
