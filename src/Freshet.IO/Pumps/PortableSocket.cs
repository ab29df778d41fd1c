using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Freshet.IO.Pumps;

/// <summary>
/// A socket of a <see cref="PortablePoller"/>. Bytes are moved by plain calls that do not block; readiness to read is an empty asynchronous receive, and
/// room to send the end of an asynchronous send of a copied chunk, since there is no portable way to be told of it.
/// </summary>
internal sealed class PortableSocket : PeerSocket, IDisposable
{
    /// <summary>What is given to the system at once when the socket is full; held only while it is.</summary>
    private const int ChunkLength = 64 * 1024;

    private readonly PortablePoller _poller;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _reader = new(true);
    private SocketAsyncEventArgs? _writer;
    private byte[]? _chunk;
    private bool _isReadArmed;
    private bool _isSending;
    private bool _isClosed;
    private SocketError _connectResult = SocketError.Success;
    private SocketError _sendResult = SocketError.Success;

    public PortableSocket(PortablePoller poller, Socket socket)
    {
        _poller = poller;
        _socket = socket;
        socket.Blocking = false;
        socket.NoDelay = true;
        _reader.SetBuffer(Memory<byte>.Empty);
        _reader.Completed += (_, _) => _poller.Complete(this, PortableEvent.Readable, SocketError.Success);
    }

    /// <summary>What has completed and the pump has not seen yet; under the poller's lock.</summary>
    public PortableEvent Completed { get; set; }

    /// <summary>How the last of <see cref="Completed"/> ended; under the poller's lock.</summary>
    public SocketError CompletedWith { get; set; }

    /// <summary>Notes what has completed; on the pump's thread.</summary>
    public void Note(PortableEvent what, SocketError error)
    {
        if (what.HasFlag(PortableEvent.Connected))
        {
            _connectResult = error;
            IsWritable = error == SocketError.Success;
            if (error == SocketError.Success)
                ArmRead();
        }

        if (what.HasFlag(PortableEvent.Readable))
        {
            _isReadArmed = false;
            IsReadable = true;
        }

        if (what.HasFlag(PortableEvent.Sent))
        {
            ArrayPool<byte>.Shared.Return(_chunk!);
            _chunk = null;
            _isSending = false;
            _sendResult = error;
            IsWritable = true;
        }
    }

    /// <summary>Begins to work with a connection that is open already.</summary>
    public void Open()
    {
        IsWritable = true;
        ArmRead();
    }

    /// <summary>Begins to connect.</summary>
    public void Connect(IPEndPoint remote)
    {
        _connectResult = SocketError.InProgress;
        var connector = new SocketAsyncEventArgs(true) { RemoteEndPoint = remote };
        connector.Completed += (_, done) => OnConnected(done);
        if (!_socket.ConnectAsync(connector))
            OnConnected(connector);
    }

    /// <inheritdoc/>
    public override SocketError ConnectResult() => _connectResult;

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer, out SocketError error)
    {
        int received = _socket.Receive(buffer, SocketFlags.None, out error);
        if (error is SocketError.WouldBlock or SocketError.IOPending)
            error = SocketError.WouldBlock;
        if (error is SocketError.Success or SocketError.WouldBlock && received < buffer.Length)
        {
            IsReadable = false;
            if (received > 0 || error == SocketError.WouldBlock)
                ArmRead();
        }

        return error == SocketError.Success ? received : 0;
    }

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        error = _sendResult;
        if (error != SocketError.Success)
            return 0;
        int sent = _socket.Send(bytes, SocketFlags.None, out error);
        if (error is not (SocketError.WouldBlock or SocketError.IOPending))
            return error == SocketError.Success ? sent : 0;

        // The socket is full: one chunk waits with the system, and its end tells of room.
        error = SocketError.Success;
        int length = Math.Min(bytes.Length, ChunkLength);
        _chunk = ArrayPool<byte>.Shared.Rent(length);
        bytes[..length].CopyTo(_chunk);
        _writer ??= CreateWriter();
        _writer.SetBuffer(_chunk, 0, length);
        _isSending = true;
        IsWritable = false;
        if (!_socket.SendAsync(_writer))
            _poller.Complete(this, PortableEvent.Sent, _writer.SocketError);
        return length;
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        try
        {
            if (_connectResult == SocketError.Success && !_isSending)
                _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It is gone already.
        }

        Dispose();
        _poller.Forget(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What is under way ends with an error and frees its own memory; the chunk is left to the collector, since the system may still read it.
        _socket.Dispose();
        _reader.Dispose();
        _writer?.Dispose();
    }

    private SocketAsyncEventArgs CreateWriter()
    {
        var writer = new SocketAsyncEventArgs(true);
        writer.Completed += (_, done) => _poller.Complete(this, PortableEvent.Sent, done.SocketError);
        return writer;
    }

    private void OnConnected(SocketAsyncEventArgs connector)
    {
        SocketError error = connector.SocketError;
        connector.Dispose();
        _poller.Complete(this, PortableEvent.Connected, error);
    }

    private void ArmRead()
    {
        if (_isReadArmed)
            return;
        _isReadArmed = true;
        if (!_socket.ReceiveAsync(_reader))
        {
            _isReadArmed = false;
            IsReadable = true;
        }
    }
}
