using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.IO.Native;

namespace Freshet.Tracker.Native;

/// <summary>A level-triggered epoll set whose members are numbers, and a way to wake whoever waits for it. All but <see cref="Wake"/> is for one thread.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class Epoll : IDisposable
{
    /// <summary>The number that <see cref="Wake"/> is told by.</summary>
    public const long WakeNumber = -1;

    private const int MaxEvents = 256;
    private const int Modify = 3;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly int _eventSize;
    private readonly int _dataOffset;
    private readonly byte[] _events;
    private readonly Lock _wakeGate = new();
    private bool _isDisposed;

    public Epoll()
    {
        // struct epoll_event is packed on x86 and aligned elsewhere.
        bool packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
        _eventSize = packed ? 12 : 16;
        _dataOffset = packed ? 4 : 8;
        _events = GC.AllocateUninitializedArray<byte>(_eventSize * MaxEvents, pinned: true);
        _epoll = LinuxSockets.EpollCreate(LinuxSockets.EpollCloseOnExec);
        _wake = LinuxSockets.EventDescriptor(0, LinuxSockets.EventNonBlocking | LinuxSockets.EventCloseOnExec);
        if (_epoll < 0 || _wake < 0 || !Add(_wake, WakeNumber, LinuxSockets.EpollIn))
            throw new SocketException((int)SocketError.TooManyOpenSockets);
    }

    /// <summary>Puts a descriptor in.</summary>
    public bool Add(int descriptor, long number, uint interest) => Control(LinuxSockets.EpollAdd, descriptor, number, interest);

    /// <summary>Changes what of a descriptor is told.</summary>
    public bool Change(int descriptor, long number, uint interest) => Control(Modify, descriptor, number, interest);

    /// <summary>Takes a descriptor out.</summary>
    public void Remove(int descriptor) => Control(LinuxSockets.EpollDelete, descriptor, 0, 0);

    /// <summary>Waits.</summary>
    /// <param name="milliseconds">How long at most; below 0: for ever.</param>
    /// <returns>How many members have something to tell.</returns>
    public int Wait(int milliseconds)
    {
        fixed (byte* events = _events)
            return Math.Max(0, LinuxSockets.EpollWait(_epoll, events, MaxEvents, milliseconds));
    }

    /// <summary>A member that has something to tell.</summary>
    public long Number(int index) => BitConverter.ToInt64(_events, (index * _eventSize) + _dataOffset);

    /// <summary>Makes <see cref="Wait"/> return, on any thread, also after <see cref="Dispose"/>.</summary>
    public void Wake()
    {
        ulong one = 1;
        lock (_wakeGate)
        {
            // The number of a closed descriptor may be somebody else's by now.
            if (!_isDisposed)
                _ = LinuxSockets.Write(_wake, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>Takes notice of <see cref="Wake"/>.</summary>
    public void Woken()
    {
        ulong count;
        _ = LinuxSockets.Read(_wake, (byte*)&count, sizeof(ulong));
    }

    public void Dispose()
    {
        lock (_wakeGate)
        {
            _isDisposed = true;
            _ = LinuxSockets.Close(_wake);
        }

        _ = LinuxSockets.Close(_epoll);
    }

    private bool Control(int operation, int descriptor, long number, uint interest)
    {
        byte* epollEvent = stackalloc byte[16];
        *(uint*)epollEvent = interest;
        *(long*)(epollEvent + _dataOffset) = number;
        return LinuxSockets.EpollControl(_epoll, operation, descriptor, epollEvent) == 0;
    }
}
