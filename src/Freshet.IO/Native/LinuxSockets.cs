using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Freshet.IO.Native;

/// <summary>
/// The socket calls of Linux. Safety, for all of them: descriptors are plain numbers here, so that their owner (<c>EpollPoller</c>, on one thread) closes
/// each exactly once and uses none after that; every pointer is to memory that outlives the call, since none of these calls keeps one; every length
/// handed over is the length of that memory. A result below 0 is an error, whose number <see cref="Marshal.GetLastPInvokeError"/> tells.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxSockets
{
    public const int AddressFamilyIPv4 = 2;
    public const int AddressFamilyIPv6 = 10;

    public const int SocketStream = 1;
    public const int SocketDatagram = 2;
    public const int SocketNonBlocking = 0x800;
    public const int SocketCloseOnExec = 0x80000;

    public const int LevelIP = 0;
    public const int LevelSocket = 1;
    public const int LevelTcp = 6;
    public const int LevelIPv6 = 41;
    public const int OptionError = 4;
    public const int OptionTcpNoDelay = 1;

    /// <summary>SO_RCVLOWAT: a socket counts as readable from so many bytes on; lowering it tells at once of what is there.</summary>
    public const int OptionReceiveLowWater = 18;

    /// <summary>TCP_NOTSENT_LOWAT: a socket has room while fewer bytes than this are not sent yet.</summary>
    public const int OptionTcpUnsentLowWater = 25;

    /// <summary>IP_MTU_DISCOVER.</summary>
    public const int OptionMtuDiscover = 10;

    /// <summary>IPV6_MTU_DISCOVER.</summary>
    public const int OptionMtuDiscoverIPv6 = 23;

    /// <summary>IPV6_DONTFRAG: without it an IPv6 socket cuts up what is longer than the interface's MTU all the same.</summary>
    public const int OptionDontFragmentIPv6 = 62;

    /// <summary>IP_PMTUDISC_PROBE: never in fragments, and as long as the interface takes, whatever the kernel has been told of the path.</summary>
    public const int MtuDiscoverProbe = 3;

    /// <summary>Chooses the local port at connect, not at bind, so that the ports of one source address serve many destinations.</summary>
    public const int OptionBindAddressNoPort = 24;

    public const int MessageDontWait = 0x40;
    public const int MessageNoSignal = 0x4000;

    public const int ShutdownWrite = 1;

    public const int EpollCloseOnExec = 0x80000;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;
    public const uint EpollIn = 0x1;
    public const uint EpollOut = 0x4;
    public const uint EpollError = 0x8;
    public const uint EpollHangUp = 0x10;
    public const uint EpollReadHangUp = 0x2000;
    public const uint EpollExclusive = 1u << 28;
    public const uint EpollEdgeTriggered = 1u << 31;

    public const int EventNonBlocking = 0x800;
    public const int EventCloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, byte* address, uint* length, int flags);

    // No lock of the runtime, no allocation, never more than a copy of the scratch in the kernel: yet far above the microsecond for which
    // suppressing the transition to native code would be allowed.
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, int* value, uint length);

    /// <summary>Sets an option that is a number; false where the kernel has not got it.</summary>
    public static bool TrySetOption(int descriptor, int level, int option, int value) => SetOption(descriptor, level, option, &value, sizeof(int)) == 0;

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int option, int* value, uint* length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
