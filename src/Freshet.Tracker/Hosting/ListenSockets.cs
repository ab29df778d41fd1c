using System.Net;
using System.Net.Sockets;

namespace Freshet.Tracker.Hosting;

/// <summary>The bound sockets of a tracker: for each end point one for HTTP and one for UDP, on the same port.</summary>
internal sealed class ListenSockets : IDisposable
{
    private const int Backlog = 4096;

    // Where any port will do, one must be free for both protocols and both families.
    private const int Attempts = 20;

    // The kernel hands a connection over when its request has come, or at last after this time: whoever says nothing costs no descriptor until then, and one
    // who does is read at once.
    private const int DeferSeconds = 1;
    private const int LevelTcp = 6;
    private const int OptionDeferAccept = 9;

    private ListenSockets()
    {
    }

    public List<Socket> Http { get; } = [];

    public List<Socket> Udp { get; } = [];

    public IEnumerable<IPEndPoint> Endpoints => Http.Concat(Udp).Select(socket => (IPEndPoint)socket.LocalEndPoint!).Distinct();

    /// <summary>Opens them.</summary>
    /// <exception cref="TrackerException">One cannot be opened.</exception>
    public static ListenSockets Open(TrackerOptions options)
    {
        for (int attempt = 1; ; attempt++)
        {
            var sockets = new ListenSockets();
            try
            {
                if (options.Listen.Count > 0)
                {
                    foreach (IPEndPoint endpoint in options.Listen)
                        sockets.OpenBoth(endpoint, options);
                }
                else
                {
                    sockets.OpenAny(options);
                }

                return sockets;
            }
            catch (TrackerException e) when (attempt < Attempts && e.SocketError == SocketError.AddressAlreadyInUse && options.Listen.Any(endpoint => endpoint.Port == 0))
            {
                sockets.Dispose();
            }
            catch
            {
                sockets.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in Http.Concat(Udp))
            socket.Dispose();
    }

    // A machine without one of the families is none the worse for it.
    private void OpenAny(TrackerOptions options)
    {
        TrackerException? missing = null;
        foreach (IPAddress any in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any])
        {
            try
            {
                OpenBoth(new IPEndPoint(any, TrackerOptions.DefaultPort), options);
            }
            catch (TrackerException e) when (e.SocketError is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
            {
                missing = e;
            }
        }

        if (Http.Count + Udp.Count == 0)
            throw missing!;
    }

    private void OpenBoth(IPEndPoint endpoint, TrackerOptions options)
    {
        int port = endpoint.Port;
        if (options.Http)
        {
            Socket socket = Open(new IPEndPoint(endpoint.Address, port), SocketType.Stream, ProtocolType.Tcp);
            Http.Add(socket);
            port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        }

        if (options.Udp)
            Udp.Add(Open(new IPEndPoint(endpoint.Address, port), SocketType.Dgram, ProtocolType.Udp));
    }

    private static Socket Open(IPEndPoint endpoint, SocketType type, ProtocolType protocol)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endpoint.AddressFamily, type, protocol);

            // Each family has its own socket, so that an address is never of one in the clothes of the other.
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            if (protocol == ProtocolType.Tcp && OperatingSystem.IsLinux())
                socket.SetRawSocketOption(LevelTcp, OptionDeferAccept, BitConverter.GetBytes(DeferSeconds));
            socket.Bind(endpoint);
            if (protocol == ProtocolType.Tcp)
                socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            string where = $"{endpoint} over {(protocol == ProtocolType.Tcp ? "TCP" : "UDP")}";
            throw new TrackerException(
                e.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"Cannot listen on {where}: another process has this port. Choose one with --listen ADDR:PORT.",
                    SocketError.AccessDenied => $"Cannot listen on {where}: no permission. Ports below 1024 are the system's; choose another with --listen ADDR:PORT.",
                    SocketError.AddressNotAvailable => $"Cannot listen on {where}: it is no address of this machine.",
                    _ => $"Cannot listen on {where}: {e.Message}.",
                },
                e);
        }
    }
}
