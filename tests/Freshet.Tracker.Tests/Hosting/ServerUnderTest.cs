using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Freshet.Tracker.Tests.Hosting;

/// <summary>A tracker on loopback, on any free port, with this system's sockets or the portable ones.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    public ServerUnderTest(bool portable, Func<TrackerOptions, TrackerOptions>? change = null, bool ipv6 = false)
    {
        IPAddress address = ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var options = new TrackerOptions { Listen = [new IPEndPoint(address, 0)], PortableSockets = portable, MaxRate = 0 };
        Server = TrackerServer.Start(change?.Invoke(options) ?? options);
    }

    public TrackerServer Server { get; }

    public IPEndPoint Endpoint => Server.Endpoints[0];

    public string Http => $"http://{Endpoint}/announce";

    public string Udp => $"udp://{Endpoint}/announce";

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Endpoint, TestContext.Current.CancellationToken);
        return socket;
    }

    public static async Task SendAsync(Socket socket, string text)
        => await socket.SendAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>Reads until the other side ends the connection; a reset counts as an end.</summary>
    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[65536];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and int received)
                text.Append(Encoding.Latin1.GetString(buffer, 0, received));
        }
        catch (SocketException)
        {
        }

        return text.ToString();
    }

    public void Dispose() => Server.Dispose();
}
