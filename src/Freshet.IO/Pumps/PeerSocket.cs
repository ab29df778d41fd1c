using System.Net.Sockets;
using Freshet.Abstractions;

namespace Freshet.IO.Pumps;

/// <summary>
/// A connection's socket, of TCP or uTP, that never blocks and remembers what it is ready for: readiness is told once (edge-triggered), so it stays noted here until a call finds
/// the socket empty or full. Used by one thread.
/// </summary>
internal abstract class PeerSocket
{
    /// <summary>The connection that the socket belongs to.</summary>
    public PumpConnection? Owner { get; set; }

    /// <summary>What carries it.</summary>
    public virtual PeerTransport Transport => PeerTransport.Tcp;

    /// <summary>Whether there may be bytes (or an end, or an error) to receive.</summary>
    public bool IsReadable { get; set; }

    /// <summary>Whether there may be room to send.</summary>
    public bool IsWritable { get; set; }

    /// <summary>How an attempt to connect stands: <see cref="SocketError.InProgress"/>, Success, or why it failed.</summary>
    public abstract SocketError ConnectResult();

    /// <summary>Receives what is there.</summary>
    /// <param name="buffer">Where to; not empty.</param>
    /// <param name="error">Success, WouldBlock, or what is wrong with the connection.</param>
    /// <returns>The bytes received; with Success 0 means that the peer sends no more.</returns>
    public abstract int Receive(Span<byte> buffer, out SocketError error);

    /// <summary>
    /// Bytes that have come and lie in memory of the socket's own, where it has some: taken in place they need no copy. To be followed by <see cref="Skip"/>, and by nothing else of the
    /// socket before.
    /// </summary>
    public virtual Span<byte> Peek() => default;

    /// <summary>Drops bytes that were taken in place.</summary>
    public virtual void Skip(int count) => throw new NotSupportedException();

    /// <summary>Sends as much as there is room for.</summary>
    /// <param name="bytes">What to send; not empty.</param>
    /// <param name="error">Success, WouldBlock, or what is wrong with the connection.</param>
    /// <returns>The bytes taken.</returns>
    public abstract int Send(ReadOnlySpan<byte> bytes, out SocketError error);

    /// <summary>Has the socket reported as readable only once so many bytes are there, or its end; where that cannot be asked for, nothing changes.</summary>
    public virtual void ReceiveFrom(int bytes)
    {
    }

    /// <summary>Says that nothing more is sent, and closes. What the socket has taken still goes out.</summary>
    public abstract void Close();

    /// <summary>Closes a socket over which nothing was said, where that can be with less ado.</summary>
    public virtual void Abandon() => Close();
}
