using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Pumps;

/// <summary>A uTP stream as a pump sees any socket of a peer. What it is ready for is told by its <see cref="UtpHost"/>.</summary>
/// <param name="stream">The stream.</param>
internal sealed class UtpSocket(UtpStream stream) : PeerSocket
{
    /// <inheritdoc/>
    public override PeerTransport Transport => PeerTransport.Utp;

    private bool HasNews => stream.IsReadable || stream.HasEnded || stream.Fault != DisconnectReason.None;

    /// <summary>Notes what the stream is ready for now; an end or a fault is for the reader to find.</summary>
    public void NoteReady()
    {
        IsReadable |= HasNews;
        IsWritable |= stream.IsWritable || stream.Fault != DisconnectReason.None;
    }

    /// <inheritdoc/>
    public override SocketError ConnectResult()
        => stream.Fault != DisconnectReason.None ? ErrorOf(stream.Fault) : stream.IsConnected ? SocketError.Success : SocketError.InProgress;

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer, out SocketError error)
    {
        int received = stream.Read(buffer);
        error = SocketError.Success;
        if (received > 0)
        {
            IsReadable = HasNews;
            return received;
        }

        IsReadable = false;
        if (stream.Fault != DisconnectReason.None)
            error = ErrorOf(stream.Fault);
        else if (!stream.HasEnded)
            error = SocketError.WouldBlock;
        return 0;
    }

    /// <inheritdoc/>
    public override Span<byte> Peek() => stream.Peek();

    /// <inheritdoc/>
    public override void Skip(int count)
    {
        stream.Skip(count);
        IsReadable = HasNews;
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        int sent = stream.Write(bytes);
        IsWritable = stream.IsWritable;
        error = stream.Fault != DisconnectReason.None ? ErrorOf(stream.Fault) : sent > 0 ? SocketError.Success : SocketError.WouldBlock;
        return sent;
    }

    /// <inheritdoc/>
    public override void Close() => stream.Close();

    /// <inheritdoc/>
    public override void Abandon() => stream.Abort();

    private static SocketError ErrorOf(DisconnectReason fault) => fault switch
    {
        DisconnectReason.ClosedByPeer => SocketError.ConnectionReset,
        DisconnectReason.PeerTimeout or DisconnectReason.ConnectTimeout => SocketError.TimedOut,
        DisconnectReason.ConnectFailed => SocketError.ConnectionRefused,
        DisconnectReason.Limit => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.ConnectionAborted,
    };
}
