using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Freshet.SwarmBench.Idle;

/// <summary>Peers that shake hands, say that they have nothing, and are silent from then on.</summary>
internal sealed class IdlePeers : IDisposable
{
    private const int HandshakeLength = 68;

    /// <summary>Connections opened at a time: a listener's queue takes so many.</summary>
    private const int Burst = 50;

    private readonly List<Socket> _sockets = [];

    public IdlePeers(int port, byte[] infoHash, int count)
    {
        for (int first = 0; first < count; first += Burst)
        {
            int last = Math.Min(count, first + Burst);
            for (int number = first; number < last; number++)
                _sockets.Add(Connect(port, infoHash, number));
            for (int number = first; number < last; number++)
                Greet(_sockets[number]);
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets)
            socket.Dispose();
    }

    private static Socket Connect(int port, byte[] infoHash, int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(1 + (number / 250)), (byte)(1 + (number % 250))]), 0));
        socket.Connect(IPAddress.Loopback, port);
        byte[] id = [.. "-XX0001-"u8, .. new byte[12]];
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(8), number + 1);
        socket.Send([19, .. "BitTorrent protocol"u8, 0, 0, 0, 0, 0, 0, 0, 4, .. infoHash, .. id]);
        return socket;
    }

    private static void Greet(Socket socket)
    {
        byte[] answer = new byte[HandshakeLength];
        for (int got = 0; got < HandshakeLength;)
        {
            int more = socket.Receive(answer, got, HandshakeLength - got, SocketFlags.None);
            if (more == 0)
                throw new InvalidOperationException("a connection was closed before its handshake");
            got += more;
        }

        // "Have none" of BEP 6.
        socket.Send([0, 0, 0, 1, 15]);
    }
}
