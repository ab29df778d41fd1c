using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.IO.Pumps;
using Freshet.IO.Udp;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Tests.Udp;

/// <summary>A port on loopback as a pump would drive it, and all that was received there.</summary>
internal sealed class PortRig : IUtpReceiver, IDisposable
{
    private readonly ISocketPoller? _poller;
    private readonly List<PeerSocket> _ready = [];

    /// <summary>Makes a port.</summary>
    /// <param name="addresses">Its addresses, one a family.</param>
    /// <param name="wrap">Makes the socket of a system socket; null: the poller does.</param>
    /// <param name="poller">Tells of readiness; null: each turn tries.</param>
    /// <param name="systems">Sockets that are bound already, in place of those of the addresses.</param>
    /// <param name="handOver">Leads to the other ports of the same sockets.</param>
    /// <param name="index">Which of them this is.</param>
    /// <param name="receives">Whether it receives, or only sends.</param>
    public PortRig(
        IPAddress[] addresses,
        Func<Socket, DatagramSocket>? wrap,
        ISocketPoller? poller,
        IReadOnlyList<Socket>? systems = null,
        UtpHandOver? handOver = null,
        int index = 0,
        bool receives = true)
    {
        _poller = poller;
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            Systems.Add(socket);
        }

        Systems.AddRange(systems ?? []);
        Mail = new UdpEndpoints(Systems);
        Sockets = [.. Systems.Select(wrap ?? (socket => poller!.AddDatagrams(socket, receives)))];
        Port = new UdpPort(Sockets, Mail, handOver, index);
    }

    public List<Socket> Systems { get; } = [];

    public DatagramSocket[] Sockets { get; }

    public UdpEndpoints Mail { get; }

    public UdpPort Port { get; }

    public List<(DatagramAddress From, byte[] Bytes)> Received { get; } = [];

    public List<(DatagramAddress To, int Length)> Refused { get; } = [];

    public bool HasMail { get; private set; }

    /// <summary>Whether what comes is only counted.</summary>
    public bool OnlyCounts { get; set; }

    public int Count { get; private set; }

    public DatagramAddress Address(int socket = 0) => DatagramAddress.Of((IPEndPoint)Systems[socket].LocalEndPoint!);

    public void Write(DatagramAddress to, ReadOnlySpan<byte> datagram, bool isProbe = false)
    {
        IUtpOutput output = Port.Output;
        datagram.CopyTo(output.Begin(to, datagram.Length));
        output.Commit(datagram.Length, isProbe);
    }

    public void Flush() => Port.Flush(this);

    /// <summary>One turn; where a poller tells of readiness, after it did or a moment has passed.</summary>
    public void Turn()
    {
        if (_poller is not null)
            _poller.Wait(Port.HasTurn ? TimeSpan.Zero : TimeSpan.FromMilliseconds(5), _ready);
        else
            Array.ForEach(Sockets, socket => socket.IsReadable = true);
        HasMail |= Port.Receive(this);
    }

    public void RunUntil(Func<bool> condition)
    {
        long started = Environment.TickCount64;
        while (!condition())
        {
            Turn();
            if (Environment.TickCount64 - started > 60_000)
                Assert.Fail($"It did not come about; {Count} datagrams have come, {Refused.Count} were refused.");
        }
    }

    void IUtpReceiver.Receive(in DatagramAddress from, ReadOnlySpan<byte> datagram)
    {
        Count++;
        if (!OnlyCounts)
            Received.Add((from, datagram.ToArray()));
    }

    void IUtpReceiver.TooLong(in DatagramAddress to, int length) => Refused.Add((to, length));

    void IUtpReceiver.OutputReady()
    {
    }

    public void Dispose()
    {
        _poller?.Dispose();
        Systems.ForEach(socket => socket.Dispose());
    }
}
