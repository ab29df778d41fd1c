using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Udp;

/// <summary>
/// The session's UDP sockets, one a family. What comes in is copied into one of two queues of fixed size, from which the loop hands it to the engine: anybody may send messages
/// of the DHT, as many as he likes, and they must not push out what trackers answer. What goes out is sent at once or, like any datagram on a busy day, lost. For
/// the few datagrams of an honest day one call for each is cheap enough.
/// </summary>
internal sealed class UdpEndpoints : IDisposable
{
    /// <summary>Answers of trackers that wait for the loop; a thousand trackers do not answer within one iteration.</summary>
    public const int MaxWaiting = 512;

    /// <summary>Messages of the DHT that wait for the loop: more than come in the longest pause of the loop on an honest day, and a flood is not worth more memory.</summary>
    public const int MaxDhtWaiting = 256;

    /// <summary>The most bytes of a datagram taken in; an answer with 3,000 peers and more does not come over UDP, and nodes of the DHT that send long ones stay below. What is longer is cut off and dropped.</summary>
    private const int MaxLength = 4096;

    /// <summary>What the kernel keeps between two of our reads; its usual 208 KiB are 250 small datagrams, which a flood of the DHT would fill in no time.</summary>
    private const int ReceiveBuffer = 1 << 20;

    private readonly IReadOnlyList<Socket> _sockets;
    private readonly Action _nudge;
    private readonly CancellationTokenSource _stop = new();
    private readonly DatagramQueue _answers = new(MaxWaiting);
    private readonly DatagramQueue _dht = new(MaxDhtWaiting);

    /// <summary>Starts to receive.</summary>
    /// <param name="sockets">Bound sockets, which their owner closes after this was disposed of.</param>
    /// <param name="nudge">Wakes the loop; from any thread.</param>
    public UdpEndpoints(IReadOnlyList<Socket> sockets, Action nudge)
    {
        _sockets = [.. sockets];
        _nudge = nudge;
        foreach (Socket socket in _sockets)
        {
            socket.Blocking = false;
            socket.ReceiveBufferSize = ReceiveBuffer;
            IgnoreUnreachable(socket);
            _ = ReceiveAsync(socket);
        }
    }

    /// <summary>Hands the engine what has come in.</summary>
    /// <returns>Whether more came meanwhile: a flood of datagrams must not keep the loop from everything else.</returns>
    public bool Deliver(IEngine engine, MonoTime now) => _answers.Deliver(engine, now) | _dht.Deliver(engine, now);

    /// <summary>Sends a datagram; where that fails it is lost.</summary>
    public void Send(in Datagram datagram)
    {
        foreach (Socket socket in _sockets)
        {
            if (socket.AddressFamily != datagram.Remote.AddressFamily)
                continue;
            try
            {
                socket.SendTo(datagram.Bytes.Span, SocketFlags.None, datagram.Remote);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // UDP promises nothing; the engine asks again.
            }

            return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    // On Windows an ICMP "port unreachable" of one peer would fail the next receive from anyone.
    private static void IgnoreUnreachable(Socket socket)
    {
        const int ConnectionReset = -1744830452; // SIO_UDP_CONNRESET
        if (OperatingSystem.IsWindows())
            socket.IOControl(ConnectionReset, [0, 0, 0, 0], null);
    }

    private async Task ReceiveAsync(Socket socket)
    {
        // One byte more than is taken, so that a datagram that was cut off is recognised.
        byte[] buffer = new byte[MaxLength + 1];
        var from = new SocketAddress(socket.AddressFamily);
        CancellationToken stop = _stop.Token;
        var factory = (IPEndPoint)socket.LocalEndPoint!;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, from, stop).ConfigureAwait(false);
                if (length <= MaxLength)
                    Keep(buffer.AsSpan(0, length), from, factory);
            }
            catch (SocketException)
            {
                // A reset told by ICMP, or a datagram that is too long: the socket itself is as good as before. The pause keeps an error that
                // stays from taking a core.
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes, SocketAddress from, IPEndPoint factory)
    {
        // Every message of the DHT is a bencoded dictionary; an answer of a tracker begins with a zero (BEP 15).
        DatagramQueue queue = bytes is [(byte)'d', ..] ? _dht : _answers;
        if (!queue.IsFull && queue.TryAdd(bytes, (IPEndPoint)factory.Create(from)))
            _nudge();
    }
}
