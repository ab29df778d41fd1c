using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Freshet.Tracker.Native;

/// <summary>
/// Many datagrams a call. Safety: the structures and all that they point to lie in pinned memory of <see cref="DatagramBatch"/>, which outlives every call; the
/// descriptor is that of a socket that is closed only after the thread that calls has ended.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class DatagramCalls
{
    /// <summary>Waits for the first datagram and takes no longer than that.</summary>
    public const int WaitForOne = 0x10000;

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int Receive(int descriptor, MessageHeader* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int Send(int descriptor, MessageHeader* messages, uint count, int flags);

    /// <summary>The kernel's <c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Part
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>The kernel's <c>struct mmsghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public Message Message;
        public uint Length;
    }

    /// <summary>The kernel's <c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public byte* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
