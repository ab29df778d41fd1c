using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.IO.Pumps;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

/// <summary>Several pumps on one UDP port: each gets the datagrams of its streams, whether the kernel chooses or the first hands over.</summary>
public sealed class UtpPumpsTests : IDisposable
{
    private const int Pumps = 3;

    private readonly BlockPool _pool = new(1 << 20);

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(0x01, 7, 1)]
    [InlineData(0x21, 6, 0)]
    [InlineData(0x41, 6, 1)]
    [InlineData(0x41, 65535, 0)]
    [InlineData(0x31, 65535, 0)]
    [InlineData(0x31, 65534, 2)]
    public void The_id_tells_the_pump_and_a_syn_carries_one_less(byte first, int id, int pump)
        => Assert.Equal(pump, UtpPumps.Of([first, 0, (byte)(id >> 8), (byte)id, 9], Pumps));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_pump_gets_what_is_its_own(bool portable)
    {
        using SessionSockets sockets = Open(portable);
        using var streams = new Pumping(sockets, portable);
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var at = new IPEndPoint(IPAddress.Loopback, sockets.Port);
        var random = new SeededRandom(3);
        int[] expected = new int[Pumps];
        for (int i = 0; i < 300; i++)
        {
            byte first = (byte)((random.Next(5) << 4) | 1);
            byte[] datagram = [first == UtpPumps.Reset ? (byte)0x21 : first, 0, (byte)random.Next(256), (byte)random.Next(256), .. new byte[random.Next(100)]];
            expected[UtpPumps.Of(datagram, Pumps)]++;
            peer.SendTo(datagram, at);
            if (i % 50 == 49)
                streams.RunUntil(() => streams.Rigs.Sum(rig => rig.Count) == i + 1);
        }

        // One too short to tell, and what is no uTP, are the first one's.
        peer.SendTo([0x01, 0, 0], at);
        peer.SendTo("d for the engine"u8, at);
        expected[0]++;
        streams.RunUntil(() => streams.Rigs[0].HasMail && streams.Rigs.Sum(rig => rig.Count) == 301);
        Assert.Equal(expected, streams.Rigs.Select(rig => rig.Count));
        Assert.All(streams.Rigs, (rig, index) => Assert.All(rig.Received, received => Assert.Equal(index, UtpPumps.Of(received.Bytes, Pumps))));
        Assert.False(streams.Rigs[1].HasMail || streams.Rigs[2].HasMail);

        // Whichever sends, it is from the one port.
        foreach (PortRig rig in streams.Rigs)
        {
            rig.Write(DatagramAddress.Of((IPEndPoint)peer.LocalEndPoint!) with { Low = DatagramAddress.OfIPv4(0x7F000001, 0).Low }, [1, 2, 3]);
            rig.Flush();
            var from = new SocketAddress(AddressFamily.InterNetwork);
            peer.ReceiveFrom(new byte[10], SocketFlags.None, from);
            Assert.Equal(sockets.Port, ((IPEndPoint)at.Create(from)).Port);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reset_finds_its_stream_by_either_of_its_ids(bool portable)
    {
        using SessionSockets sockets = Open(portable);
        using var streams = new Pumping(sockets, portable);
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.SendTo([UtpPumps.Reset, 0, 0, 7, .. new byte[16]], new IPEndPoint(IPAddress.Loopback, sockets.Port));
        streams.RunUntil(() => streams.Rigs.All(rig => rig.Count == 1));
    }

    [Fact]
    public void A_run_that_the_kernel_has_joined_is_taken_apart_again()
    {
        using SessionSockets sockets = Open(portable: false);
        using var streams = new Pumping(sockets, portable: false);
        using var sender = new PortRig([IPAddress.Loopback], null, streams.Poller());
        var to = DatagramAddress.OfIPv4(0x7F000001, (ushort)sockets.Port);
        for (int i = 0; i < 30; i++)
            sender.Write(to, [0x01, 0, 0, (byte)i, .. new byte[1000]]);
        sender.Flush();
        streams.RunUntil(() => streams.Rigs.Sum(rig => rig.Count) == 30);
        Assert.All(streams.Rigs, (rig, index) => Assert.Equal(Enumerable.Range(0, 10).Select(i => (i * Pumps) + index), rig.Received.Select(received => (int)received.Bytes[3])));
    }

    [Fact]
    public void The_kernel_chooses_where_it_can()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no SO_REUSEPORT with a filter here.");
        using SessionSockets sockets = Open(portable: false);
        Assert.True(sockets.SharesPort);
        Assert.Equal(Pumps, Enumerable.Range(0, Pumps).SelectMany(sockets.UdpSocketsOf).Distinct().Count());
    }

    // THREATS F8: two sessions on one port would each get half of the other's peers.
    [Fact]
    public void A_port_that_pumps_share_is_no_second_sessions()
    {
        using SessionSockets first = Open(portable: false);
        Assert.Throws<NetworkException>(() => Open(portable: false, first.Port));
    }

    [Fact]
    public void A_port_that_another_program_would_share_is_not_shared_with_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no SO_REUSEPORT here.");
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Throws<NetworkException>(() => Open(portable: false, ((IPEndPoint)other.LocalEndPoint!).Port));
    }

    [Fact]
    public void A_program_that_joins_the_port_later_gets_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no SO_REUSEPORT here.");
        using SessionSockets sockets = Open(portable: false);
        using var streams = new Pumping(sockets, portable: false);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        other.Bind(new IPEndPoint(IPAddress.Loopback, sockets.Port));
        for (int i = 0; i < 60; i++)
        {
            using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            peer.SendTo([0x01, 0, 0, (byte)i], other.LocalEndPoint!);
        }

        streams.RunUntil(() => streams.Rigs.Sum(rig => rig.Count) == 60);
        Assert.False(other.Poll(0, SelectMode.SelectRead));
    }

    private SessionSockets Open(bool portable, int port = 0)
        => SessionSockets.Open(new EngineLoopOptions { Pool = _pool, Bind = IPAddress.Loopback, Pumps = Pumps, Utp = UtpUse.On, PortableSockets = portable, ListenPort = port });

    /// <summary>The ports of all pumps, driven in turn.</summary>
    private sealed class Pumping : IDisposable
    {
        private readonly bool _portable;

        public Pumping(SessionSockets sockets, bool portable)
        {
            _portable = portable;
            var handOver = new UtpHandOver(Pumps);
            Rigs = [.. Enumerable.Range(0, Pumps).Select(i => Rig(sockets, handOver, i))];
        }

        public PortRig[] Rigs { get; }

        public ISocketPoller Poller() => OperatingSystem.IsLinux() && !_portable ? new EpollPoller() : new PortablePoller();

        public void RunUntil(Func<bool> condition) => Rigs[0].RunUntil(() =>
        {
            foreach (PortRig rig in Rigs.Skip(1))
                rig.Turn();
            return condition();
        });

        public void Dispose()
        {
            foreach (PortRig rig in Rigs)
                rig.Dispose();
        }

        private PortRig Rig(SessionSockets sockets, UtpHandOver handOver, int index)
        {
            ISocketPoller poller = Poller();
            handOver.Join(index, poller.Wake);
            return new PortRig([], null, poller, sockets.UdpSocketsOf(index), handOver, index, index == 0 || sockets.SharesPort);
        }
    }
}
