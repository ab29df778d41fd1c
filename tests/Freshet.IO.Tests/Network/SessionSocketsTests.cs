using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Native;
using Freshet.IO.Network;

namespace Freshet.IO.Tests.Network;

// THREATS F8 and chaos 28.
public sealed class SessionSocketsTests : IDisposable
{
    private readonly BlockPool _pool = new(1 << 20);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void All_sockets_share_one_port()
    {
        using SessionSockets sockets = SessionSockets.Open(Options());
        Assert.NotEqual(0, sockets.Port);
        Assert.True(sockets.UsesIPv4 || sockets.UsesIPv6);
        Assert.All(sockets.Listeners.Concat(sockets.UdpSockets), socket => Assert.Equal(sockets.Port, ((IPEndPoint)socket.LocalEndPoint!).Port));
        int families = (sockets.UsesIPv4 ? 1 : 0) + (sockets.UsesIPv6 ? 1 : 0);
        Assert.Equal(families, sockets.Listeners.Count);
        Assert.Equal(families, sockets.UdpSockets.Count);
    }

    [Fact]
    public void An_ipv4_address_in_ipv6_clothes_binds_to_what_it_is()
    {
        using SessionSockets sockets = SessionSockets.Open(Options() with { Bind = IPAddress.Parse("::ffff:127.0.0.1") });
        Assert.True(sockets.UsesIPv4);
        Assert.Equal(IPAddress.Loopback, sockets.Bind);
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error_that_says_what_to_do()
    {
        using SessionSockets first = SessionSockets.Open(Options());
        var error = Assert.Throws<NetworkException>(() => SessionSockets.Open(Options() with { ListenPort = first.Port }));
        Assert.Equal($"Port {first.Port} is taken by another program: choose another, or 0 for any that is free.", error.Message);
    }

    [Fact]
    public void A_port_that_another_program_would_share_is_taken_all_the_same()
    {
        using var sharing = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (!OperatingSystem.IsWindows())
            sharing.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        sharing.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        sharing.Listen();
        int port = ((IPEndPoint)sharing.LocalEndPoint!).Port;
        Assert.Throws<NetworkException>(() => SessionSockets.Open(Options() with { Bind = IPAddress.Loopback, ListenPort = port }));
    }

    [Fact]
    public void A_port_can_be_had_again_at_once_while_a_closed_connection_lingers()
    {
        int port;
        using (SessionSockets first = SessionSockets.Open(Options() with { Bind = IPAddress.Loopback }))
        {
            port = first.Port;
            using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            peer.Connect(IPAddress.Loopback, port);

            // Who closes first has the connection in TIME_WAIT.
            using (Socket ours = first.Listeners[0].Accept())
                ours.Shutdown(SocketShutdown.Both);
            Assert.Equal(0, peer.Receive(new byte[1]));
        }

        using SessionSockets again = SessionSockets.Open(Options() with { Bind = IPAddress.Loopback, ListenPort = port });
        Assert.Equal(port, again.Port);
    }

    [Fact]
    public void The_next_port_is_taken_where_that_is_wanted()
    {
        using SessionSockets first = SessionSockets.Open(Options());
        using SessionSockets second = SessionSockets.Open(Options() with { ListenPort = first.Port, PortAttempts = 20 });
        Assert.InRange(second.Port, first.Port + 1, first.Port + 19);
    }

    [Fact]
    public void A_bound_address_is_the_only_one()
    {
        using SessionSockets sockets = SessionSockets.Open(Options() with { Bind = IPAddress.Loopback });
        Assert.False(sockets.UsesIPv6);
        Socket listener = Assert.Single(sockets.Listeners);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Address);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)Assert.Single(sockets.UdpSockets).LocalEndPoint!).Address);
    }

    [Fact]
    public void An_address_of_another_machine_is_an_error()
    {
        var error = Assert.Throws<NetworkException>(() => SessionSockets.Open(Options() with { Bind = IPAddress.Parse("192.0.2.1") }));
        Assert.Equal("The address 192.0.2.1 is not of this machine: choose one of its own to bind to.", error.Message);
    }

    [Fact]
    public void Without_peers_only_datagrams_come_in()
    {
        using SessionSockets sockets = SessionSockets.Open(Options() with { AcceptPeers = false });
        Assert.Empty(sockets.Listeners);
        Assert.NotEmpty(sockets.UdpSockets);
    }

    // THREATS F4, chaos 27.
    [Theory]
    [InlineData(200, 1024, 200)]
    [InlineData(2000, 1024, 732)]
    [InlineData(200, 64, 12)]
    [InlineData(null, 64, 12)]
    [InlineData(null, 1024, 732)]
    [InlineData(null, 1_000_000, 1000)]
    [InlineData(200, 32, 1)]
    public void Connections_leave_handles_for_everything_else(int? wanted, int openFiles, int capacity)
    {
        var budget = new ConnectionBudget(wanted, openFiles);
        Assert.Equal(capacity, budget.Capacity);
        Assert.True(Enumerable.Range(0, capacity).All(_ => budget.TryTake()));
        Assert.False(budget.TryTake());
        budget.Return();
        Assert.True(budget.TryTake());
    }

    /// <summary>What the arithmetic starts from: the runtime raises the soft limit to the hard one when the process starts.</summary>
    [Fact]
    public void The_limit_of_open_files_is_the_hard_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        string line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string[] numbers = [.. line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(numbers[1], numbers[0]);
        Assert.Equal(numbers[1], OpenFiles.Limit().ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private EngineLoopOptions Options() => new() { Pool = _pool };
}
