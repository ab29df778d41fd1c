using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.IO.Udp;
using Freshet.Protocol.Utp;

namespace Freshet.Microbench.Datagrams;

/// <summary>Two ports on loopback, of which one sends and the other receives.</summary>
internal sealed class PortPair : IUtpReceiver, IDisposable
{
    private readonly List<Socket> _systems = [];
    private readonly DatagramSocket _readable;
    private readonly UdpPort _sender;
    private readonly UdpPort _receiver;
    private readonly DatagramAddress _to;
    private readonly object _gate = new();
    private int _count;
    private int _seen;

    /// <summary>Makes them.</summary>
    /// <param name="powers">What is used of the kernel; null: .NET's sockets.</param>
    public PortPair(UdpPowers? powers)
    {
        (_sender, _) = Port(powers);
        (_receiver, _readable) = Port(powers);
        _to = DatagramAddress.Of((IPEndPoint)_systems[1].LocalEndPoint!);
    }

    /// <summary>Sends so many datagrams and receives them.</summary>
    public int Pass(byte[] datagram, int count)
    {
        _count = 0;
        IUtpOutput output = _sender.Output;
        for (int i = 0; i < count; i++)
        {
            datagram.CopyTo(output.Begin(_to, datagram.Length));
            output.Commit(datagram.Length);
        }

        _sender.Flush(this);
        while (_count < count)
        {
            if (_readable is PortableDatagramSocket portable)
                Wait(portable);
            else
                _readable.IsReadable = true;
            _receiver.Receive(this);
        }

        return _seen;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (_readable as IDisposable)?.Dispose();
        _systems.ForEach(socket => socket.Dispose());
    }

    void IUtpReceiver.Receive(in DatagramAddress from, ReadOnlySpan<byte> datagram)
    {
        _count++;
        _seen ^= datagram[^1];
    }

    void IUtpReceiver.TooLong(in DatagramAddress to, int length) => throw new InvalidOperationException("Loopback takes them all.");

    void IUtpReceiver.OutputReady()
    {
    }

    private void Wait(PortableDatagramSocket socket)
    {
        lock (_gate)
        {
            for (socket.Note(); !socket.IsReadable; socket.Note())
                Monitor.Wait(_gate);
        }
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.Pulse(_gate);
    }

    private (UdpPort Port, DatagramSocket Socket) Port(UdpPowers? powers)
    {
        var system = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        system.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _systems.Add(system);
        var mail = new UdpEndpoints([system]);
        DatagramSocket socket = OperatingSystem.IsLinux() && powers is not null
            ? new LinuxDatagramSocket(system, powers, poller: null)
            : new PortableDatagramSocket(system, Wake);
        return (new UdpPort([socket], mail), socket);
    }
}
