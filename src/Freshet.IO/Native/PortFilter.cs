using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.IO.Udp;

namespace Freshet.IO.Native;

/// <summary>
/// The classic BPF program by which the kernel chooses among the sockets of one port as <see cref="UtpPumps"/> does; what is no uTP goes to the first. It sees a datagram
/// from the first byte behind the UDP header on; where it would read beyond the end, the kernel takes the first socket. Safety: the kernel copies the program.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class PortFilter
{
    private const int AttachReusePortFilter = 51;

    private const ushort LoadByte = 0x30;
    private const ushort LoadHalf = 0x28;
    private const ushort And = 0x54;
    private const ushort Add = 0x04;
    private const ushort Modulo = 0x94;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAbove = 0x25;
    private const ushort ReturnValue = 0x16;
    private const ushort ReturnConstant = 0x06;

    /// <summary>Has the kernel use it for all sockets of the port that a socket is bound to; false where it may not.</summary>
    public static bool TryAttach(int descriptor, int pumps)
    {
        ReadOnlySpan<Instruction> program =
        [
            new(LoadByte, 0, 0, 0),
            new(And, 0, 0, 0xF),
            new(JumpIfEqual, 0, 11, 1),
            new(LoadByte, 0, 0, 0),
            new(JumpIfAbove, 9, 0, UtpPumps.Syn),
            new(JumpIfEqual, 3, 0, UtpPumps.Syn),
            new(LoadHalf, 0, 0, UtpPumps.IdOffset),
            new(Modulo, 0, 0, (uint)pumps),
            new(ReturnValue, 0, 0, 0),
            new(LoadHalf, 0, 0, UtpPumps.IdOffset),
            new(Add, 0, 0, 1),
            new(And, 0, 0, 0xFFFF),
            new(Modulo, 0, 0, (uint)pumps),
            new(ReturnValue, 0, 0, 0),
            new(ReturnConstant, 0, 0, 0),
        ];
        fixed (Instruction* first = program)
        {
            var header = new Program { Length = (ushort)program.Length, First = first };
            return LinuxSockets.SetOption(descriptor, LinuxSockets.LevelSocket, AttachReusePortFilter, (int*)&header, (uint)sizeof(Program)) == 0;
        }
    }

    /// <summary>The kernel's <c>struct sock_filter</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>The kernel's <c>struct sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public Instruction* First;
    }
}
