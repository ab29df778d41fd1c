using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

/// <summary>What every port must do, whatever its sockets are made of.</summary>
public abstract class UdpPortTests
{
    private static readonly IPAddress[] Loopback = [IPAddress.Loopback];

    /// <summary>What the port may allocate for ten thousand datagrams there and back.</summary>
    private protected virtual int BytesPerRound => 0;

    [Fact]
    public void Datagrams_of_every_length_arrive_whole_and_in_order()
    {
        using PortRig sender = Rig(Loopback), one = Rig(Loopback), other = Rig(Loopback);
        var random = new SeededRandom(7);
        var sent = new List<byte[]>[] { [], [] };
        PortRig[] targets = [one, other];
        for (int round = 0; round < 60; round++)
        {
            // No more at once than the usual receive buffer holds.
            bool isLong = round % 5 == 0;
            int target = random.Next(2), length = 1 + random.Next(isLong ? 9000 : 1472), count = 1 + random.Next(isLong ? 10 : 70);
            for (int i = 0; i < count; i++)
            {
                // Now and then one that is shorter, which ends a run, and one that is longer than those before.
                byte[] datagram = Utp(random, random.Next(10) == 0 ? 1 + random.Next(length + 20) : length);
                sender.Write(targets[target].Address(), datagram, isProbe: random.Next(50) == 0);
                sent[target].Add(datagram);
            }

            sender.Flush();
            for (int i = 0; i < 2; i++)
                targets[i].RunUntil(() => targets[i].Count == sent[i].Count);
        }

        for (int i = 0; i < 2; i++)
        {
            Assert.True(sent[i].Zip(targets[i].Received).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second.Bytes)));
            Assert.All(targets[i].Received, received => Assert.Equal(sender.Address(), received.From));
        }
    }

    [Fact]
    public void Both_families_go_through_one_port()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        IPAddress[] both = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        using PortRig sender = Rig(both), receiver = Rig(both);
        for (int i = 0; i < 10; i++)
            sender.Write(receiver.Address(i % 2), [1, (byte)i, 3]);
        sender.Flush();
        receiver.RunUntil(() => receiver.Count == 10);
        for (int family = 0; family < 2; family++)
            Assert.Equal([0, 2, 4, 6, 8], receiver.Received.Where(r => r.From == sender.Address(family)).Select(r => r.Bytes[1] - family));
    }

    [Fact]
    public void What_has_no_way_out_is_lost_and_harms_nothing()
    {
        using PortRig sender = Rig(Loopback), receiver = Rig(Loopback);
        sender.Write(DatagramAddress.Of(new IPEndPoint(IPAddress.IPv6Loopback, 9)), [1, 2, 3]);
        sender.Write(receiver.Address(), new byte[DatagramOutbox.MaxRunLength + 1]);
        sender.Write(DatagramAddress.OfIPv4(0x7F000001, 0), [1, 2, 3]);
        sender.Write(receiver.Address(), [0x21, 7]);
        sender.Flush();
        receiver.RunUntil(() => receiver.Count == 1);
        Assert.Equal([0x21, 7], receiver.Received[0].Bytes);
        Assert.True(sender.Port.Output.HasRoom);
    }

    [Fact]
    public void A_turn_takes_no_more_than_its_bound_and_says_that_there_is_more()
    {
        using PortRig receiver = Rig(Loopback);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 100; i++)
            sender.SendTo([0x01, (byte)i], receiver.Systems[0].LocalEndPoint!);
        receiver.RunUntil(() => receiver.Count > 0);
        Assert.InRange(receiver.Count, 1, 64);
        Assert.True(receiver.Port.HasTurn);
        receiver.RunUntil(() => receiver.Count == 100);
        Assert.Equal(Enumerable.Range(0, 100), receiver.Received.Select(received => (int)received.Bytes[1]));
    }

    [Fact]
    public async Task Of_what_comes_the_engine_and_the_streams_get_what_is_theirs_each_within_its_own_bounds()
    {
        using PortRig receiver = Rig(Loopback);
        receiver.OnlyCounts = true;
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        int utp = 0;
        foreach (byte[] datagram in (byte[][])[[0x01], [0x11], [0x21], [0x31], [0x41], [0x51], [0xF1], [0x02], [0x42], "e"u8.ToArray(), [.. "d"u8, .. new byte[5000]], []])
            sender.SendTo(datagram, receiver.Systems[0].LocalEndPoint!);
        receiver.RunUntil(() => receiver.Count == 5);

        // Floods of either, and what a tracker answers in the midst of them.
        for (int i = 0; i < UdpEndpoints.MaxDhtWaiting + 100; i++)
        {
            sender.SendTo(i % 2 == 0 ? [0x01, 0] : "dht"u8.ToArray(), receiver.Systems[0].LocalEndPoint!);
            sender.SendTo("dht"u8.ToArray(), receiver.Systems[0].LocalEndPoint!);
            utp += i % 2 == 0 ? 1 : 0;
            if (i == 300)
                sender.SendTo("\0answer"u8.ToArray(), receiver.Systems[0].LocalEndPoint!);
            receiver.Turn();
        }

        receiver.RunUntil(() => receiver.Count == 5 + utp);
        Assert.True(receiver.HasMail);
        var engine = new Loop.ScriptedEngine(null!);
        receiver.Mail.Deliver(engine, MonoTime.Zero);
        Assert.Equal("datagram 127.0.0.1 \0answer", await engine.NextAsync());
        for (int i = 0; i < UdpEndpoints.MaxDhtWaiting; i++)
            Assert.Equal("datagram 127.0.0.1 dht", await engine.NextAsync());
    }

    [Fact]
    public void Nothing_is_allocated_for_a_datagram()
    {
        using PortRig sender = Rig(Loopback), receiver = Rig(Loopback);
        receiver.OnlyCounts = true;
        byte[] datagram = new byte[1400];
        datagram[0] = 0x01;
        DatagramAddress to = receiver.Address();
        int sent = 0;
        Func<bool> all = () => receiver.Count == sent;
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > BytesPerRound; attempt++)
        {
            // The runtime itself allocates now and then, for code that it makes better.
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
                Pass();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, BytesPerRound);

        void Pass()
        {
            for (int i = 0; i < 50; i++)
                sender.Write(to, datagram);
            sent += 50;
            sender.Flush();
            receiver.RunUntil(all);
        }
    }

    private protected abstract PortRig Rig(IPAddress[] addresses);

    private static byte[] Utp(SeededRandom random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        bytes[0] = (byte)((random.Next(5) << 4) | 1);
        return bytes;
    }
}
