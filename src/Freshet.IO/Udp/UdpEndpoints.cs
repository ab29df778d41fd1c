using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Udp;

/// <summary>
/// The session's UDP sockets, one a family. What comes in is copied into a queue of fixed size, from which the loop hands it to the engine; what goes out
/// is sent at once or, like any datagram on a busy day, lost. For the few datagrams of trackers one call for each is cheap enough.
/// </summary>
internal sealed class UdpEndpoints : IDisposable
{
    /// <summary>Datagrams that wait for the loop; more are dropped, as the kernel would. A thousand trackers do not answer within one iteration.</summary>
    public const int MaxWaiting = 512;

    /// <summary>The most bytes of a datagram taken in; an answer with 3,000 peers and more does not come over UDP. What is longer is cut off and dropped.</summary>
    private const int MaxLength = 4096;

    private readonly IReadOnlyList<Socket> _sockets;
    private readonly Action _nudge;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly byte[]?[] _slots = new byte[]?[MaxWaiting];
    private readonly (int Length, IPEndPoint? Remote)[] _heads = new (int, IPEndPoint?)[MaxWaiting];
    private int _first;
    private int _count;

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
            IgnoreUnreachable(socket);
            _ = ReceiveAsync(socket);
        }
    }

    /// <summary>Hands the engine what has come in.</summary>
    /// <returns>Whether more came meanwhile: a flood of datagrams must not keep the loop from everything else.</returns>
    public bool Deliver(IEngine engine, MonoTime now)
    {
        for (int left = MaxWaiting; left > 0; left--)
        {
            byte[] bytes;
            (int Length, IPEndPoint? Remote) head;
            lock (_gate)
            {
                if (_count == 0)
                    return false;
                bytes = _slots[_first]!;
                head = _heads[_first];
            }

            // The slot is still taken, so nothing overwrites the bytes during the call.
            engine.Handle(new Datagram(head.Remote!, bytes.AsMemory(0, head.Length)), now);
            lock (_gate)
            {
                _first = (_first + 1) % MaxWaiting;
                _count--;
            }
        }

        return true;
    }

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
                    Keep(buffer.AsSpan(0, length), (IPEndPoint)factory.Create(from));
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

    private void Keep(ReadOnlySpan<byte> bytes, IPEndPoint remote)
    {
        lock (_gate)
        {
            if (_count == MaxWaiting)
                return;
            int slot = (_first + _count) % MaxWaiting;
            byte[]? place = _slots[slot];
            if (place is null || place.Length < bytes.Length)
                place = _slots[slot] = new byte[Math.Max(256, bytes.Length)];
            bytes.CopyTo(place);
            _heads[slot] = (bytes.Length, remote);
            _count++;
        }

        _nudge();
    }
}
