using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Tracker.Hosting;
using Freshet.Tracker.Tests.Http;

namespace Freshet.Tracker.Tests.Hosting;

/// <summary>What strangers may cost the server with epoll; only on Linux.</summary>
public sealed class EpollHttpServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sources_that_are_rejected_leave_no_trace()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using Socket listener = Listener();
        using var server = new EpollHttpServer([listener], new HttpRig().Responder, null, Limits(connections: 1), () => MonoTime.Zero);
        server.Start();
        var sockets = new List<Socket>();
        for (int i = 1; i <= 100; i++)
            sockets.Add(await ConnectAsync(listener, new IPAddress((ReadOnlySpan<byte>)[127, 0, 3, (byte)i])));
        while (server.Counters.Rejected < 99)
            await Task.Delay(5, Cancellation);
        Assert.Equal(1, server.Sources);
        sockets.ForEach(socket => socket.Dispose());
        while (server.Sources > 0)
            await Task.Delay(5, Cancellation);
    }

    // THREATS T4: some thousand bytes of requests that mean a megabyte of answers.
    [Fact]
    public async Task Answers_that_nobody_reads_hold_up_the_requests_behind_them_and_none_is_lost()
    {
        if (!OperatingSystem.IsLinux())
            return;
        const int Requests = 90;
        var rig = new HttpRig();
        for (int i = 0; i < 250; i++)
        {
            rig.From = Peers.Address($"44.0.0.{i}");
            rig.Get(HttpRig.Announce(i));
        }

        using Socket listener = Listener();
        listener.SendBufferSize = 4096;
        using var server = new EpollHttpServer([listener], rig.Responder, null, Limits(connections: 10), () => MonoTime.Zero);
        server.Start();
        using Socket socket = await ConnectAsync(listener, IPAddress.Loopback);
        string target = HttpRig.Announce(1, "&numwant=200&compact=0").Replace("port=6881", "port=0", StringComparison.Ordinal);
        string one = $"GET {target} HTTP/1.1\r\n\r\n";
        long before = server.Counters.Announces;
        await ServerUnderTest.SendAsync(socket, string.Concat(Enumerable.Repeat(one, Requests - 1)) + one[..^2] + "Connection: close\r\n\r\n");

        // The first has had its turn, and another connection after it.
        while (server.Counters.Announces == before)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        using Socket other = await ConnectAsync(listener, IPAddress.Loopback);
        await ServerUnderTest.SendAsync(other, "GET /x HTTP/1.0\r\n\r\n");
        Assert.Contains("404", await ServerUnderTest.ReadToEndAsync(other), StringComparison.Ordinal);
        Assert.InRange(server.Counters.Announces - before, 1, 15);

        string answers = await ServerUnderTest.ReadToEndAsync(socket);
        Assert.Equal(Requests, answers.Split("HTTP/1.1 200 OK").Length - 1);
    }

    private static HttpLimits Limits(int connections)
        => new() { MaxConnections = connections, MaxPerSource = connections, RequestTimeout = TimeSpan.FromMinutes(10) };

    private static Socket Listener()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(256);
        return listener;
    }

    private static async Task<Socket> ConnectAsync(Socket listener, IPAddress from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(listener.LocalEndPoint!, Cancellation);
        return socket;
    }
}
