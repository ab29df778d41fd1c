using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.IO.Native;
using Freshet.IO.Udp;

namespace Freshet.IO.Pumps;

/// <summary>
/// An epoll set, edge-triggered: a socket is added once in its life, for both directions, so that nothing but the bytes themselves costs a call.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollPoller : ISocketPoller
{
    /// <summary>Events taken from the kernel at once; what is left is told by the next call.</summary>
    private const int MaxEvents = 256;

    /// <summary>
    /// Bytes that the system takes beyond those that are on the wire. Its own limit is some MiB, all of which would still reach a peer that we choke or that
    /// cancels, and be late behind what was asked for since; this is some send calls, and at usual rates a second's worth or less.
    /// </summary>
    private const int MaxUnsent = 1024 * 1024;

    /// <summary>The place numbers below 0 are not sockets of peers, those below this one are listeners.</summary>
    private const int WakePlace = -1;

    /// <summary>From here down are UDP sockets.</summary>
    private const int FirstDatagramPlace = -1000;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte[] _events;
    private readonly int _eventSize;
    private readonly int _dataOffset;
    private readonly List<EpollSocket?> _sockets = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly List<uint> _generations = [];
    private readonly List<Listener> _listeners = [];
    private readonly List<LinuxDatagramSocket> _datagramSockets = [];
    private int _signalled;
    private bool _accepting = true;
    private bool _disposed;

    public EpollPoller()
    {
        // struct epoll_event is packed on x86 and aligned elsewhere.
        bool packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
        _eventSize = packed ? 12 : 16;
        _dataOffset = packed ? 4 : 8;
        _events = GC.AllocateUninitializedArray<byte>(_eventSize * MaxEvents, pinned: true);
        _epoll = Checked(LinuxSockets.EpollCreate(LinuxSockets.EpollCloseOnExec));
        _wake = Checked(LinuxSockets.EventDescriptor(0, LinuxSockets.EventNonBlocking | LinuxSockets.EventCloseOnExec));
        Checked(Control(LinuxSockets.EpollAdd, _wake, LinuxSockets.EpollIn, Data(WakePlace, 0)));
    }

    /// <inheritdoc/>
    public bool Accepting
    {
        get => _accepting;
        set
        {
            if (_accepting == value)
                return;
            _accepting = value;
            foreach (Listener listener in _listeners)
                Watch(listener, value);
        }
    }

    /// <inheritdoc/>
    public void AddListener(Socket listener)
    {
        listener.Blocking = false;
        var entry = new Listener((int)listener.SafeHandle.DangerousGetHandle(), -2 - _listeners.Count);
        _listeners.Add(entry);
        if (_accepting)
            Watch(entry, true);
    }

    /// <inheritdoc/>
    public DatagramSocket AddDatagrams(Socket socket, bool receives)
    {
        var added = new LinuxDatagramSocket(socket, UdpPowers.Detected, this, receives);
        Checked(Control(LinuxSockets.EpollAdd, added.Descriptor, DatagramEvents(added), Data(FirstDatagramPlace - _datagramSockets.Count, 0)));
        _datagramSockets.Add(added);
        return added;
    }

    /// <inheritdoc/>
    public PeerSocket? Accept(out IPEndPoint? remote, out SocketError error)
    {
        byte* address = stackalloc byte[SocketAddressBytes.MaxLength];
        foreach (Listener listener in _listeners)
        {
            while (_accepting && listener.IsReady)
            {
                uint length = SocketAddressBytes.MaxLength;
                const int Flags = LinuxSockets.SocketNonBlocking | LinuxSockets.SocketCloseOnExec;
                int descriptor = LinuxSockets.Accept(listener.Descriptor, address, &length, Flags);
                if (descriptor >= 0)
                {
                    remote = SocketAddressBytes.Read(new ReadOnlySpan<byte>(address, (int)length));
                    return Adopt(descriptor, out error);
                }

                error = LinuxErrors.Translate(Marshal.GetLastPInvokeError());
                if (error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    remote = null;
                    return null;
                }

                // All else is the news of a connection that died in the queue: go on to the next.
                listener.IsReady = error != SocketError.WouldBlock;
            }
        }

        remote = null;
        error = SocketError.WouldBlock;
        return null;
    }

    /// <inheritdoc/>
    public PeerSocket? Connect(IPEndPoint remote, IPAddress? source, out SocketError error)
    {
        int family = remote.AddressFamily == AddressFamily.InterNetworkV6 ? LinuxSockets.AddressFamilyIPv6 : LinuxSockets.AddressFamilyIPv4;
        const int Type = LinuxSockets.SocketStream | LinuxSockets.SocketNonBlocking | LinuxSockets.SocketCloseOnExec;
        int descriptor = LinuxSockets.Socket(family, Type, LinuxSockets.LevelTcp);
        if (descriptor < 0)
        {
            error = LinuxErrors.Translate(Marshal.GetLastPInvokeError());
            return null;
        }

        byte* address = stackalloc byte[SocketAddressBytes.MaxLength];
        if (source is not null)
        {
            LinuxSockets.TrySetOption(descriptor, LinuxSockets.LevelIP, LinuxSockets.OptionBindAddressNoPort, 1);
            int length = SocketAddressBytes.Write(new IPEndPoint(source, 0), new Span<byte>(address, SocketAddressBytes.MaxLength));
            if (LinuxSockets.Bind(descriptor, address, (uint)length) < 0)
                return Abandon(descriptor, out error);
        }

        int remoteLength = SocketAddressBytes.Write(remote, new Span<byte>(address, SocketAddressBytes.MaxLength));
        if (LinuxSockets.Connect(descriptor, address, (uint)remoteLength) < 0
            && LinuxErrors.Translate(Marshal.GetLastPInvokeError()) is not (SocketError.InProgress or SocketError.Interrupted))
            return Abandon(descriptor, out error);
        return Adopt(descriptor, out error);
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan timeout, List<PeerSocket> ready)
    {
        // The kernel's own rounding would be to a jiffy anyway; up, or the caller would spin through the last part of a millisecond.
        int milliseconds = timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
        int count;
        fixed (byte* events = _events)
        {
            count = LinuxSockets.EpollWait(_epoll, events, MaxEvents, milliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() != LinuxErrors.Interrupted)
                throw new SocketException(Marshal.GetLastPInvokeError());
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = _events.AsSpan(i * _eventSize, _eventSize);
            uint what = MemoryMarshal.Read<uint>(entry);
            ulong data = MemoryMarshal.Read<ulong>(entry[_dataOffset..]);
            Note((int)(uint)data, (uint)(data >> 32), what, ready);
        }
    }

    /// <inheritdoc/>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _signalled, 1) != 0)
            return;
        ulong one = 1;
        _ = LinuxSockets.Write(_wake, (byte*)&one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (EpollSocket? socket in _sockets.ToArray())
            socket?.Close();
        _ = LinuxSockets.Close(_epoll);
        _ = LinuxSockets.Close(_wake);
    }

    /// <summary>Says whether room to send is told of. Not while there is: unlike a stream's, a datagram socket's comes anew with every datagram that has left.</summary>
    internal void WatchRoom(LinuxDatagramSocket socket, bool on)
    {
        uint what = DatagramEvents(socket) | (on ? LinuxSockets.EpollOut : 0);
        Checked(Control(LinuxSockets.EpollModify, socket.Descriptor, what, Data(FirstDatagramPlace - _datagramSockets.IndexOf(socket), 0)));
    }

    /// <summary>Gives a closed socket's place to the next one; the kernel has taken it out of the set.</summary>
    internal void Forget(EpollSocket socket)
    {
        _sockets[socket.Slot] = null;
        _generations[socket.Slot]++;
        _freeSlots.Push(socket.Slot);
    }

    private static ulong Data(int place, uint generation) => (uint)place | ((ulong)generation << 32);

    private static int Checked(int result) => result >= 0 ? result : throw new SocketException(Marshal.GetLastPInvokeError());

    private static PeerSocket? Abandon(int descriptor, out SocketError error)
    {
        error = LinuxErrors.Translate(Marshal.GetLastPInvokeError());
        _ = LinuxSockets.Close(descriptor);
        return null;
    }

    private void Note(int place, uint generation, uint what, List<PeerSocket> ready)
    {
        if (place == WakePlace)
        {
            ulong count;
            _ = LinuxSockets.Read(_wake, (byte*)&count, sizeof(ulong));
            Volatile.Write(ref _signalled, 0);
            return;
        }

        if (place <= FirstDatagramPlace)
        {
            Note(_datagramSockets[FirstDatagramPlace - place], what);
            return;
        }

        if (place < WakePlace)
        {
            _listeners[-2 - place].IsReady = true;
            return;
        }

        // An event of a socket that was closed since, whose place may be another's by now.
        if (_sockets[place] is not { } socket || _generations[place] != generation)
            return;
        const uint Ending = LinuxSockets.EpollReadHangUp | LinuxSockets.EpollHangUp | LinuxSockets.EpollError;
        socket.IsReadable |= (what & (LinuxSockets.EpollIn | Ending)) != 0;
        socket.IsWritable |= (what & (LinuxSockets.EpollOut | LinuxSockets.EpollHangUp | LinuxSockets.EpollError)) != 0;
        socket.PeerIsDone |= (what & Ending) != 0;
        ready.Add(socket);
    }

    private static uint DatagramEvents(LinuxDatagramSocket socket) => LinuxSockets.EpollEdgeTriggered | (socket.Receives ? LinuxSockets.EpollIn : 0);

    private static void Note(LinuxDatagramSocket socket, uint what)
    {
        const uint Error = LinuxSockets.EpollHangUp | LinuxSockets.EpollError;
        socket.IsReadable |= socket.Receives && (what & (LinuxSockets.EpollIn | Error)) != 0;
        if (!socket.IsWritable && (what & (LinuxSockets.EpollOut | Error)) != 0)
            socket.NoteRoom();
    }

    private EpollSocket? Adopt(int descriptor, out SocketError error)
    {
        // What we send is gathered once an iteration already; waiting for more (Nagle) would only delay requests.
        LinuxSockets.TrySetOption(descriptor, LinuxSockets.LevelTcp, LinuxSockets.OptionTcpNoDelay, 1);
        LinuxSockets.TrySetOption(descriptor, LinuxSockets.LevelTcp, LinuxSockets.OptionTcpUnsentLowWater, MaxUnsent);
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _sockets.Count;
            _sockets.Add(null);
            _generations.Add(0);
        }

        var socket = new EpollSocket(this, descriptor, slot);
        _sockets[slot] = socket;
        const uint What = LinuxSockets.EpollIn | LinuxSockets.EpollOut | LinuxSockets.EpollReadHangUp | LinuxSockets.EpollEdgeTriggered;
        if (Control(LinuxSockets.EpollAdd, descriptor, What, Data(slot, _generations[slot])) < 0)
        {
            error = LinuxErrors.Translate(Marshal.GetLastPInvokeError());
            socket.Close();
            return null;
        }

        error = SocketError.Success;
        return socket;
    }

    private void Watch(Listener listener, bool on)
    {
        // Level-triggered: what one iteration leaves in the queue is told again. Exclusive: one pump of several wakes for a connection.
        const uint What = LinuxSockets.EpollIn | LinuxSockets.EpollExclusive;
        Checked(Control(on ? LinuxSockets.EpollAdd : LinuxSockets.EpollDelete, listener.Descriptor, What, Data(listener.Place, 0)));
        listener.IsReady = false;
    }

    private int Control(int operation, int descriptor, uint what, ulong data)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = what;
        *(ulong*)(entry + _dataOffset) = data;
        return LinuxSockets.EpollControl(_epoll, operation, descriptor, entry);
    }

    private sealed class Listener(int descriptor, int place)
    {
        public int Descriptor { get; } = descriptor;

        public int Place { get; } = place;

        public bool IsReady { get; set; }
    }
}
