using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

public sealed class IncomingGateTests
{
    // THREATS W3: a cap for each stranger.
    [Fact]
    public void One_stranger_gets_a_share_of_the_places_and_no_more()
    {
        var gate = new IncomingGate(1);
        var connections = new List<PumpConnection>();
        while (gate.Admits(At("198.51.7.1")) && connections.Count < 1000)
            connections.Add(Enter(gate, "198.51.7.1"));
        Assert.Equal(IncomingGate.MaxPendingPerStranger, connections.Count);
        Assert.True(gate.Admits(At("198.51.7.2")));
        gate.Leave(connections[3]);
        Assert.True(gate.Admits(At("198.51.7.1")));
    }

    // THREATS F8: single IPv6 addresses cost nothing.
    [Fact]
    public void A_whole_64_of_ipv6_is_one_stranger()
    {
        var gate = new IncomingGate(1);
        for (int i = 0; i < IncomingGate.MaxPendingPerStranger; i++)
            Enter(gate, $"2a01:4f8:1:2::{i + 1:x}");
        Assert.False(gate.Admits(At("2a01:4f8:1:2:ffff::1")));
        Assert.True(gate.Admits(At("2a01:4f8:1:3::1")));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.4")]
    [InlineData("fd00::4")]
    public void Loopback_and_lan_have_only_the_common_cap(string address)
    {
        var gate = new IncomingGate(1);
        while (!gate.IsFull)
        {
            Assert.True(gate.Admits(At(address)));
            Enter(gate, address);
        }

        Assert.Equal(IncomingGate.MaxPending, gate.Count);
    }

    [Fact]
    public void The_oldest_gives_way_once_it_had_its_chance()
    {
        var gate = new IncomingGate(1);
        PumpConnection first = Enter(gate, "127.0.0.1");
        PumpConnection second = Enter(gate, "127.0.0.1", MonoTime.Zero + TimeSpan.FromMilliseconds(100));
        Assert.Null(gate.Evict(MonoTime.Zero + TimeSpan.FromMilliseconds(249)));
        Assert.Same(first, gate.Evict(MonoTime.Zero + TimeSpan.FromMilliseconds(250)));
        gate.Leave(first);
        gate.Leave(first);
        Assert.Equal(1, gate.Count);
        Assert.Equal(MonoTime.Zero + TimeSpan.FromMilliseconds(350), gate.NextEviction);
        gate.Leave(second);
        Assert.True(gate.NextEviction.IsNever);
    }

    // THREATS W3: one silent connection at the front must not keep those in memory that came and went behind it.
    [Fact]
    public void What_has_come_and_gone_is_forgotten_behind_one_that_stays()
    {
        var gate = new IncomingGate(1);
        Enter(gate, "127.0.0.1");
        for (int i = 0; i < 10_000; i++)
            gate.Leave(Enter(gate, "127.0.0.1"));
        Assert.Equal(1, gate.Count);
        Assert.InRange(gate.Remembered, 1, 2 * IncomingGate.MaxPending);
    }

    private static IPEndPoint At(string address) => new(IPAddress.Parse(address), 6881);

    private static PumpConnection Enter(IncomingGate gate, string address, MonoTime now = default)
    {
        var connection = new PumpConnection(new ConnectionId(1), new NoSocket(), At(address));
        gate.Enter(connection, now);
        return connection;
    }

    private sealed class NoSocket : PeerSocket
    {
        public override SocketError ConnectResult() => SocketError.Success;

        public override int Receive(Span<byte> buffer, out SocketError error)
        {
            error = SocketError.WouldBlock;
            return 0;
        }

        public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
        {
            error = SocketError.WouldBlock;
            return 0;
        }

        public override void Close()
        {
        }
    }
}
