using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Udp;

/// <summary>
/// The session's UDP sockets, one a family, as the engine's loop uses them. What came in for the engine is copied by the pump into one of two queues of fixed size: anybody may
/// send messages of the DHT, as many as he likes, and they must not push out what trackers answer. What goes out is sent at once or, like any datagram on a busy day,
/// lost. For the few datagrams of an honest day one call for each is cheap enough.
/// </summary>
/// <param name="sockets">Bound sockets, which their owner closes.</param>
internal sealed class UdpEndpoints(IReadOnlyList<Socket> sockets)
{
    /// <summary>Answers of trackers that wait for the loop; a thousand trackers do not answer within one iteration.</summary>
    public const int MaxWaiting = 512;

    /// <summary>Messages of the DHT that wait for the loop: more than come in the longest pause of the loop on an honest day, and a flood is not worth more memory.</summary>
    public const int MaxDhtWaiting = 256;

    /// <summary>The most bytes of a datagram taken in; an answer with 3,000 peers and more does not come over UDP, and nodes of the DHT that send long ones stay below. What is longer is dropped.</summary>
    public const int MaxLength = 4096;

    private readonly DatagramQueue _answers = new(MaxWaiting);
    private readonly DatagramQueue _dht = new(MaxDhtWaiting);

    /// <summary>Keeps a datagram for the engine; false where it is too long, or there is no place. From any thread.</summary>
    public bool Keep(DatagramKind kind, in DatagramAddress from, ReadOnlySpan<byte> datagram)
    {
        DatagramQueue queue = kind == DatagramKind.Dht ? _dht : _answers;
        return datagram.Length <= MaxLength && !queue.IsFull && queue.TryAdd(datagram, from);
    }

    /// <summary>Hands the engine what has come in.</summary>
    /// <returns>Whether more came meanwhile: a flood of datagrams must not keep the loop from everything else.</returns>
    public bool Deliver(IEngine engine, MonoTime now) => _answers.Deliver(engine, now) | _dht.Deliver(engine, now);

    /// <summary>Sends a datagram; where that fails it is lost.</summary>
    public void Send(in Datagram datagram)
    {
        foreach (Socket socket in sockets)
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
}
