using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Freshet.IO.Native;

/// <summary>
/// Many datagrams a call. The kernel's own calls are used, by number, and not the C library's: the structures below are the kernel's own on every machine, while musl's on
/// 64-bit ones have padding in place of the upper half of two lengths, and its <c>sendmmsg</c> is a loop of single calls for that reason. Safety: the structures and all that
/// they point to lie in pinned memory of the caller, which outlives the call; the descriptor is that of a socket that is closed only after its last use.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class DatagramCalls
{
    /// <summary>Waits for the first datagram and takes no longer than that.</summary>
    public const int WaitForOne = 0x10000;

    /// <summary>In <see cref="Message.Flags"/>: the datagram was longer than the place for it.</summary>
    public const int Truncated = 0x20;

    public const int LevelUdp = 17;

    /// <summary>UDP_SEGMENT: the kernel, or the network card, cuts what is sent into datagrams of one length.</summary>
    public const int Segment = 103;

    /// <summary>UDP_GRO: the kernel hands over datagrams of one length from one sender as one.</summary>
    public const int Coalesce = 104;

    /// <summary>Room for one control message with a number in it, padded to 8 bytes.</summary>
    public const int ControlLength = 24;

    private static readonly Numbers Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new Numbers(46, 47, 307, 299),
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => new Numbers(211, 212, 269, 243),
        Architecture.Arm or Architecture.Armv6 => new Numbers(296, 297, 374, 365),
        Architecture.X86 => new Numbers(370, 372, 345, 337),
        _ => default,
    };

    /// <summary>Whether the numbers of this machine's calls are known here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Number != default;

    /// <summary>The length of a control message's header.</summary>
    public static int ControlHeader => sizeof(nuint) + (2 * sizeof(int));

    /// <summary>recvmmsg without a time limit: how many were received, or less than 0.</summary>
    public static int Receive(int descriptor, MessageHeader* messages, int count, int flags) => (int)Call(Number.ReceiveMany, descriptor, messages, count, flags, 0);

    /// <summary>sendmmsg: how many were sent, or less than 0 where the first one was not.</summary>
    public static int Send(int descriptor, MessageHeader* messages, int count, int flags) => (int)Call(Number.SendMany, descriptor, messages, count, flags, 0);

    /// <summary>recvmsg: the length received, or less than 0.</summary>
    public static int ReceiveOne(int descriptor, Message* message, int flags) => (int)Call(Number.ReceiveOne, descriptor, message, flags, 0, 0);

    /// <summary>sendmsg: the length sent, or less than 0.</summary>
    public static int SendOne(int descriptor, Message* message, int flags) => (int)Call(Number.SendOne, descriptor, message, flags, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint descriptor, void* memory, nint third, nint fourth, nint fifth);

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

    /// <summary>The kernel's <c>struct user_msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public byte* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public Control* Control;
        public nuint ControlLength;
        public uint Flags;
    }

    /// <summary>The kernel's <c>struct cmsghdr</c> and a number behind it: of 16 bits for <see cref="Segment"/>, of 32 for <see cref="Coalesce"/>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = ControlLength)]
    public struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Value;
    }

    /// <summary>The numbers of the calls on one architecture.</summary>
    private readonly record struct Numbers(nint SendOne, nint ReceiveOne, nint SendMany, nint ReceiveMany);
}
