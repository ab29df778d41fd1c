using System.Net;
using System.Net.Sockets;
using Freshet.IO.Udp;

namespace Freshet.IO.Pumps;

/// <summary>
/// Waits for sockets through <see cref="SocketAsyncEventArgs"/>, which .NET has everywhere. Completions come in on threads of the runtime and are only
/// noted there; the pump's thread does all work.
/// </summary>
internal sealed class PortablePoller : ISocketPoller
{
    private readonly object _gate = new();
    private readonly HashSet<PortableSocket> _sockets = [];
    private readonly List<AcceptSlot> _slots = [];
    private readonly List<PortableDatagramSocket> _datagramSockets = [];

    // Under the lock.
    private readonly Queue<AcceptSlot> _accepted = new();
    private List<PortableSocket> _completed = [];
    private bool _isWoken;
    private bool _disposed;

    private List<PortableSocket> _taken = [];
    private bool _accepting = true;

    /// <inheritdoc/>
    public bool Accepting
    {
        get => _accepting;
        set
        {
            if (_accepting == value)
                return;
            _accepting = value;
            if (!value)
                return;
            foreach (AcceptSlot slot in _slots)
                Arm(slot);
        }
    }

    /// <inheritdoc/>
    public void AddListener(Socket listener)
    {
        var slot = new AcceptSlot(listener);
        slot.Args.Completed += (_, _) => OnAccepted(slot);
        _slots.Add(slot);
        Arm(slot);
    }

    /// <inheritdoc/>
    public DatagramSocket AddDatagrams(Socket socket, bool receives)
    {
        var added = new PortableDatagramSocket(socket, Wake, receives);
        _datagramSockets.Add(added);
        return added;
    }

    /// <inheritdoc/>
    public PeerSocket? Accept(out IPEndPoint? remote, out SocketError error)
    {
        remote = null;
        while (_accepting)
        {
            AcceptSlot? slot;
            lock (_gate)
            {
                if (!_accepted.TryDequeue(out slot))
                    break;
            }

            error = slot.Args.SocketError;
            Socket? socket = slot.Args.AcceptSocket;
            slot.Args.AcceptSocket = null;
            slot.IsArmed = false;
            if (error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                return null;
            Arm(slot);
            if (error == SocketError.Success && Adopt(socket!, out remote) is { } adopted)
                return adopted;
        }

        error = SocketError.WouldBlock;
        return null;
    }

    /// <inheritdoc/>
    public PeerSocket? Connect(IPEndPoint remote, IPAddress? source, out SocketError error)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (source is not null)
                socket.Bind(new IPEndPoint(source, 0));
            var connecting = new PortableSocket(this, socket);
            _sockets.Add(connecting);
            connecting.Connect(remote);
            error = SocketError.Success;
            return connecting;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            error = e.SocketErrorCode;
            return null;
        }
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan timeout, List<PeerSocket> ready)
    {
        lock (_gate)
        {
            if (_completed.Count == 0 && !_isWoken && timeout != TimeSpan.Zero)
                Monitor.Wait(_gate, timeout == Timeout.InfiniteTimeSpan ? timeout : RoundUp(timeout));
            _isWoken = false;
            (_completed, _taken) = (_taken, _completed);
        }

        foreach (PortableDatagramSocket socket in _datagramSockets)
            socket.Note();
        foreach (PortableSocket socket in _taken)
        {
            PortableEvent what;
            SocketError error;
            lock (_gate)
            {
                what = socket.Completed;
                error = socket.CompletedWith;
                socket.Completed = PortableEvent.None;
            }

            if (!_sockets.Contains(socket))
                continue;
            socket.Note(what, error);
            ready.Add(socket);
        }

        _taken.Clear();
    }

    /// <inheritdoc/>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _accepting = false;
        foreach (PortableSocket socket in _sockets.ToArray())
            socket.Close();
        lock (_gate)
        {
            _disposed = true;
            while (_accepted.TryDequeue(out AcceptSlot? slot))
                slot.Args.AcceptSocket?.Dispose();
        }

        foreach (AcceptSlot slot in _slots)
            slot.Args.Dispose();
        foreach (PortableDatagramSocket socket in _datagramSockets)
            socket.Dispose();
    }

    /// <summary>Notes that something ended; from any thread.</summary>
    internal void Complete(PortableSocket socket, PortableEvent what, SocketError error)
    {
        lock (_gate)
        {
            if (socket.Completed == PortableEvent.None)
                _completed.Add(socket);
            socket.Completed |= what;
            if (what != PortableEvent.Readable)
                socket.CompletedWith = error;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Drops a closed socket.</summary>
    internal void Forget(PortableSocket socket) => _sockets.Remove(socket);

    private static TimeSpan RoundUp(TimeSpan timeout)
        => TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue));

    private void OnAccepted(AcceptSlot slot)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                // Taken by the system in the last moment: nobody else will close it.
                slot.Args.AcceptSocket?.Dispose();
                return;
            }

            _accepted.Enqueue(slot);
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Arm(AcceptSlot slot)
    {
        if (slot.IsArmed || _disposed)
            return;
        slot.IsArmed = true;
        try
        {
            if (!slot.Listener.AcceptAsync(slot.Args))
                OnAccepted(slot);
        }
        catch (ObjectDisposedException)
        {
            // The listener was closed: there will be no more connections.
        }
    }

    private PortableSocket? Adopt(Socket socket, out IPEndPoint? remote)
    {
        remote = null;
        try
        {
            remote = (IPEndPoint?)socket.RemoteEndPoint;
            var adopted = new PortableSocket(this, socket);
            _sockets.Add(adopted);
            adopted.Open();
            if (adopted.IsReadable)
                Complete(adopted, PortableEvent.Readable, SocketError.Success);
            return adopted;
        }
        catch (SocketException)
        {
            // It died in the queue.
            socket.Dispose();
            return null;
        }
    }

    private sealed class AcceptSlot(Socket listener)
    {
        public Socket Listener { get; } = listener;

        public SocketAsyncEventArgs Args { get; } = new(true);

        /// <summary>Whether an accept is under way, or ended and was not looked at.</summary>
        public bool IsArmed { get; set; }
    }
}
