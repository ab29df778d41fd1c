using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Udp;

/// <summary>
/// The sockets of local discovery (BEP 14): one of each family that is in the group on every interface, with a port that other programs on this machine have too, and one
/// on each interface for what goes out, with that interface's address. A machine, a family or an interface where that is not to be had does without it.
/// </summary>
internal sealed class LocalDiscoverySockets : IDisposable
{
    /// <summary>Announces that wait for the loop; more are lost, and come again in five minutes.</summary>
    private const int MaxWaiting = 64;

    private const int MaxLength = 1500;

    private readonly LocalGroups _groups;
    private readonly IPAddress? _bind;
    private readonly Action _nudge;
    private readonly DatagramQueue _waiting = new(MaxWaiting);
    private readonly List<Socket> _receivers = [];
    private readonly List<Socket> _senders = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Opens what can be opened.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="bind">The only local address, or null for all: only its interface is used then.</param>
    /// <param name="nudge">Wakes the loop; from any thread.</param>
    public LocalDiscoverySockets(LocalGroups groups, IPAddress? bind, Action nudge)
    {
        _groups = groups;
        _bind = bind;
        _nudge = nudge;
        foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            if (bind is null || bind.AddressFamily == family)
                Open(family);
        }
    }

    /// <summary>Hands the engine what has come in.</summary>
    /// <returns>Whether more came meanwhile.</returns>
    public bool Deliver(IEngine engine, MonoTime now) => _waiting.Deliver(engine, now, isLocal: true);

    /// <summary>Whether a datagram is to go out here.</summary>
    public bool IsMeant(in Datagram datagram) => _groups.IsGroup(datagram.Remote);

    /// <summary>Sends a datagram on every interface; where that fails it is lost.</summary>
    public void Send(in Datagram datagram)
    {
        foreach (Socket sender in _senders)
        {
            if (sender.AddressFamily != datagram.Remote.AddressFamily)
                continue;
            try
            {
                sender.SendTo(datagram.Bytes.Span, SocketFlags.None, datagram.Remote);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // An interface that has gone down, or has no route: the others go on.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (Socket socket in _receivers.Concat(_senders))
            socket.Dispose();
        _stop.Dispose();
    }

    private void Open(AddressFamily family)
    {
        Socket? socket = null;
        try
        {
            IPEndPoint group = _groups.Of(family);
            socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            if (family == AddressFamily.InterNetworkV6)
                socket.DualMode = false;

            // Every client on the machine hears the group.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, group.Port));
            foreach ((int index, IPAddress address) in Interfaces(family))
            {
                if (TryJoin(socket, group.Address, index))
                    TryAddSender(address, index);
            }

            if (!_senders.Exists(sender => sender.AddressFamily == family))
            {
                socket.Dispose();
                return;
            }

            socket.Blocking = false;
            _receivers.Add(socket);
            _ = ReceiveAsync(socket);
        }
        catch (Exception e) when (e is SocketException or NetworkInformationException)
        {
            // No such family here, or another program keeps the port to itself.
            socket?.Dispose();
        }
    }

    private static bool TryJoin(Socket socket, IPAddress group, int index)
    {
        try
        {
            if (socket.AddressFamily == AddressFamily.InterNetwork)
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, index));
            else
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void TryAddSender(IPAddress address, int index)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetwork)
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
            else
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, index);
            socket.Bind(new IPEndPoint(address, 0));
            socket.Blocking = false;
            _senders.Add(socket);
        }
        catch (SocketException)
        {
            // An address that has just gone.
            socket.Dispose();
        }
    }

    /// <summary>The interfaces of a family, each with the address that announces come from: one of the local network where there is one, since no other is believed.</summary>
    private IEnumerable<(int Index, IPAddress Address)> Interfaces(AddressFamily family)
    {
        foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
        {
            bool isLoopback = one.NetworkInterfaceType == NetworkInterfaceType.Loopback;
            if (one.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown) || (isLoopback ? !_groups.UseLoopback : !one.SupportsMulticast))
                continue;
            IPInterfaceProperties properties = one.GetIPProperties();
            IPAddress? address = properties.UnicastAddresses.Select(unicast => unicast.Address)
                .Where(address => address.AddressFamily == family && (_bind is null || address.Equals(_bind)))
                .OrderBy(address => AddressRules.Classify(address) switch { AddressScope.Lan => 0, AddressScope.LinkLocal => 1, AddressScope.Loopback => 2, _ => 3 })
                .FirstOrDefault();
            if (address is not null)
                yield return (family == AddressFamily.InterNetwork ? properties.GetIPv4Properties().Index : properties.GetIPv6Properties().Index, address);
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[MaxLength];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await socket.ReceiveFromAsync(buffer, any, stop).ConfigureAwait(false);
                if (_waiting.TryAdd(buffer.AsSpan(0, received.ReceivedBytes), DatagramAddress.Of((IPEndPoint)received.RemoteEndPoint)))
                    _nudge();
            }
            catch (SocketException)
            {
                // A datagram that is too long, or an interface that has gone. The pause keeps an error that stays from taking a core.
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
