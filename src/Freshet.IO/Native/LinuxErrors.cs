using System.Net.Sockets;

namespace Freshet.IO.Native;

/// <summary>Error numbers of Linux's socket calls (the same on x86, ARM and RISC-V) in .NET's words.</summary>
internal static class LinuxErrors
{
    public const int Interrupted = 4;
    private const int Again = 11;
    private const int NoMemory = 12;
    private const int FileTableFull = 23;
    private const int TooManyFiles = 24;
    private const int Pipe = 32;
    private const int Protocol = 71;
    private const int AddressInUse = 98;
    private const int AddressNotAvailable = 99;
    private const int NetworkUnreachable = 101;
    private const int ConnectionAborted = 103;
    private const int ConnectionReset = 104;
    private const int NoBuffers = 105;
    private const int TimedOut = 110;
    private const int ConnectionRefused = 111;
    private const int HostUnreachable = 113;
    private const int InProgress = 115;

    public static SocketError Translate(int number) => number switch
    {
        0 => SocketError.Success,
        Interrupted => SocketError.Interrupted,
        Again => SocketError.WouldBlock,
        InProgress => SocketError.InProgress,
        TooManyFiles or FileTableFull => SocketError.TooManyOpenSockets,
        NoMemory or NoBuffers => SocketError.NoBufferSpaceAvailable,
        ConnectionReset or Pipe => SocketError.ConnectionReset,
        ConnectionAborted or Protocol => SocketError.ConnectionAborted,
        ConnectionRefused => SocketError.ConnectionRefused,
        TimedOut => SocketError.TimedOut,
        HostUnreachable => SocketError.HostUnreachable,
        NetworkUnreachable => SocketError.NetworkUnreachable,
        AddressInUse => SocketError.AddressAlreadyInUse,
        AddressNotAvailable => SocketError.AddressNotAvailable,
        _ => SocketError.SocketError,
    };
}
