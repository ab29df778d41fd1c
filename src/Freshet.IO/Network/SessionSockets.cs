using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.IO.Loop;
using Freshet.IO.Pumps;

namespace Freshet.IO.Network;

/// <summary>
/// The sockets that a session is reached at: TCP listeners and UDP sockets, IPv4 and IPv6 apart, all with one port. Owns them. A machine without one of
/// the families does without it; with <c>--bind</c> there is only that address, of that family (THREATS F8).
/// </summary>
internal sealed class SessionSockets : IDisposable
{
    /// <summary>Connections that wait in the kernel to be taken; the kernel lowers it to its own limit.</summary>
    private const int Backlog = 512;

    /// <summary>How often the system is asked for another free port where the first is taken in another family or protocol.</summary>
    private const int FreePortAttempts = 16;

    private readonly List<Socket> _listeners = [];
    private readonly List<Socket> _udp = [];
    private readonly List<IReadOnlyList<Socket>> _joined = [];

    private SessionSockets(ConnectionBudget budget, IPAddress? bind)
    {
        Budget = budget;
        Bind = AddressRules.Unmapped(bind);
    }

    /// <summary>How many connections there may be.</summary>
    public ConnectionBudget Budget { get; }

    /// <summary>The only local address, or null for all.</summary>
    public IPAddress? Bind { get; }

    /// <summary>The port of all sockets.</summary>
    public int Port { get; private set; }

    /// <summary>Whether there is an IPv4 socket.</summary>
    public bool UsesIPv4 { get; private set; }

    /// <summary>Whether there is an IPv6 socket.</summary>
    public bool UsesIPv6 { get; private set; }

    /// <summary>Where peers connect to; empty where they may not.</summary>
    public IReadOnlyList<Socket> Listeners => _listeners;

    /// <summary>Where datagrams come in that are no uTP; one a family.</summary>
    public IReadOnlyList<Socket> UdpSockets => _udp;

    /// <summary>Whether each pump has UDP sockets of its own, with the one port.</summary>
    public bool SharesPort => _joined.Count > 0;

    /// <summary>The UDP sockets that a pump sends through, one a family.</summary>
    public IReadOnlyList<Socket> UdpSocketsOf(int pump) => pump == 0 || !SharesPort ? _udp : [.. _joined.Select(others => others[pump - 1])];

    /// <summary>Opens them.</summary>
    /// <exception cref="NetworkException">No port can be had, or the address is not of this machine.</exception>
    public static SessionSockets Open(EngineLoopOptions options)
    {
        var sockets = new SessionSockets(new ConnectionBudget(options.MaxConnections), options.Bind);
        try
        {
            sockets.OpenOnSomePort(options);
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CloseAll();

    private static IPAddress[] Addresses(IPAddress? bind)
    {
        if (bind is not null)
            return [bind];
        return [.. new[] { IPAddress.Any, IPAddress.IPv6Any }.Where(address => Supports(address.AddressFamily))];
    }

    private static bool Supports(AddressFamily family)
        => family == AddressFamily.InterNetwork ? Socket.OSSupportsIPv4 : Socket.OSSupportsIPv6;

    private static bool IsTaken(SocketException e)
        => e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied;

    private void OpenOnSomePort(EngineLoopOptions options)
    {
        int attempts = options.ListenPort == 0 ? FreePortAttempts : Math.Max(1, options.PortAttempts);
        SocketException? last = null;
        for (int i = 0; i < attempts; i++)
        {
            int port = options.ListenPort == 0 ? 0 : options.ListenPort + i;
            if (port > IPEndPoint.MaxPort)
                break;
            try
            {
                OpenAll(options, port);
                Share(options);
                return;
            }
            catch (SocketException e) when (IsTaken(e))
            {
                last = e;
                CloseAll();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                throw new NetworkException($"The address {options.Bind} is not of this machine: choose one of its own to bind to.", e);
            }
            catch (SocketException e)
            {
                throw new NetworkException($"The session's sockets cannot be opened: {e.Message}", e);
            }
        }

        throw new NetworkException(TakenMessage(options, attempts, last), last);
    }

    private void Share(EngineLoopOptions options)
    {
        int pumps = PumpSets.CountOf(options);
        if (pumps == 1 || options.Utp == UtpUse.Off || !PumpSets.UsesLinux(options))
            return;
        foreach (Socket socket in _udp)
            _joined.Add(SharedPort.Join(socket, pumps));
        if (_joined.Exists(others => others.Count == 0))
            CloseJoined();
    }

    private void CloseJoined()
    {
        foreach (Socket socket in _joined.SelectMany(others => others))
            socket.Dispose();
        _joined.Clear();
    }

    private static string TakenMessage(EngineLoopOptions options, int attempts, SocketException? last)
    {
        if (last?.SocketErrorCode == SocketError.AccessDenied)
            return $"This user may not listen on port {options.ListenPort}: choose one above 1023, or 0 for any.";
        if (options.ListenPort == 0)
            return "No free port could be found for TCP and UDP.";
        return attempts == 1
            ? $"Port {options.ListenPort} is taken by another program: choose another, or 0 for any that is free."
            : $"The ports {options.ListenPort} to {options.ListenPort + attempts - 1} are taken by other programs: choose others, or 0 for any.";
    }

    private void OpenAll(EngineLoopOptions options, int port)
    {
        foreach (IPAddress address in Addresses(Bind))
        {
            try
            {
                if (options.AcceptPeers && options.Utp != UtpUse.Only)
                    Open(address, ref port, SocketType.Stream);
                Open(address, ref port, SocketType.Dgram);
            }
            catch (SocketException e) when (options.Bind is null && IsFamilyMissing(e))
            {
                // The kernel knows the family but has no address of it.
                continue;
            }

            UsesIPv4 |= address.AddressFamily == AddressFamily.InterNetwork;
            UsesIPv6 |= address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        if (!UsesIPv4 && !UsesIPv6)
            throw new NetworkException("This machine has neither IPv4 nor IPv6.");
        Port = port;
    }

    private static bool IsFamilyMissing(SocketException e)
        => e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable or SocketError.ProtocolNotSupported;

    private void Open(IPAddress address, ref int port, SocketType type)
    {
        bool isStream = type == SocketType.Stream;
        var socket = new Socket(address.AddressFamily, type, isStream ? ProtocolType.Tcp : ProtocolType.Udp);
        (isStream ? _listeners : _udp).Add(socket);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = false;

        // Elsewhere .NET lets a listener have its port again at once after a restart. ReuseAddress would say more than that there: with SO_REUSEPORT, which comes with it, two
        // sessions would share a port, and each get half of the other's peers.
        if (OperatingSystem.IsWindows())
            socket.ExclusiveAddressUse = true;
        socket.Bind(new IPEndPoint(address, port));
        if (isStream)
            socket.Listen(Backlog);
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void CloseAll()
    {
        CloseJoined();
        foreach (Socket socket in _listeners.Concat(_udp))
            socket.Dispose();
        _listeners.Clear();
        _udp.Clear();
        UsesIPv4 = UsesIPv6 = false;
    }
}
