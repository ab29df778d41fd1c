using System.Net;
using System.Net.Sockets;
using Freshet.IO.Pumps;
using Freshet.IO.Udp;

namespace Freshet.Microbench.Paths;

/// <summary>Sockets that lead to peers in this process: the pump runs as it is, and the kernel costs nothing.</summary>
internal sealed class MemoryPoller(Func<PeerSocket> dial) : ISocketPoller
{
    private readonly List<PeerSocket> _dialled = [];

    public bool Accepting { get; set; }

    public void AddListener(Socket listener) => throw new InvalidOperationException("Nobody listens here.");

    public DatagramSocket AddDatagrams(Socket socket, bool receives) => throw new InvalidOperationException("Nothing comes by UDP here.");

    public PeerSocket? Accept(out IPEndPoint? remote, out SocketError error)
    {
        remote = null;
        error = SocketError.WouldBlock;
        return null;
    }

    public PeerSocket? Connect(IPEndPoint remote, IPAddress? source, out SocketError error)
    {
        error = SocketError.Success;
        PeerSocket socket = dial();
        socket.IsReadable = socket.IsWritable = true;
        _dialled.Add(socket);
        return socket;
    }

    public void Wait(TimeSpan timeout, List<PeerSocket> ready)
    {
        ready.AddRange(_dialled);
        _dialled.Clear();
    }

    public void Wake()
    {
    }

    public void Dispose()
    {
    }
}
