using System.Net;
using System.Net.Sockets;

namespace Freshet.IO.Tests.Pumps;

/// <summary>A peer that is only a socket: it sends what the test says and keeps what it gets. It never blocks.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];

    public RawPeer(IPEndPoint to)
    {
        _socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(to);
        _socket.Blocking = false;
    }

    public RawPeer(Socket accepted)
    {
        _socket = accepted;
        _socket.Blocking = false;
    }

    /// <summary>What came and was not looked at yet.</summary>
    public List<byte> Received { get; } = [];

    /// <summary>Whether the pump has closed the connection, well or by a reset.</summary>
    public bool IsEnded { get; private set; }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Sends all, or fails the test where the socket is full.</summary>
    public void Send(ReadOnlySpan<byte> bytes) => Assert.Equal(bytes.Length, TrySend(bytes));

    public int TrySend(ReadOnlySpan<byte> bytes)
    {
        int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? sent : 0;
    }

    /// <summary>Takes what is there, or about so much of it.</summary>
    public List<byte> Drain(int portion = int.MaxValue)
    {
        int before = Received.Count;
        while (!IsEnded && Received.Count - before < portion)
        {
            int read = _socket.Receive(_buffer, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
                break;
            IsEnded = error != SocketError.Success || read == 0;
            Received.AddRange(_buffer.AsSpan(0, error == SocketError.Success ? read : 0));
        }

        return Received;
    }

    /// <summary>Closes with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
