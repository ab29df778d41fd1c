using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Native;

/// <summary>
/// Locks on single bytes of a file (<c>fcntl</c>, POSIX record locks), of which one open file holds any number; the kernel gives them back however the process
/// ends, and says who has one. They are the process's, not the handle's: whoever closes any handle of the file loses all of them. 64-bit Linux only, as
/// <see cref="FileCalls.IsSupported"/>.
/// </summary>
internal static unsafe partial class RangeLocks
{
    private const int GetLock = 5;
    private const int SetLock = 6;
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    /// <summary>Locks a byte; false where another process has it.</summary>
    /// <exception cref="IOException">The file system has no locks.</exception>
    public static bool TryLock(SafeFileHandle file, long offset)
    {
        FileLock wanted = At(offset, WriteLock);
        if (Control(file, SetLock, &wanted) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        return error is Errno.Again or Errno.AccessDenied ? false : throw new IOException($"fcntl: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>The process that has a byte, where it is known.</summary>
    public static int? Holder(SafeFileHandle file, long offset)
    {
        FileLock found = At(offset, WriteLock);
        return Control(file, GetLock, &found) == 0 && found.Type != Unlocked && found.Process > 0 ? found.Process : null;
    }

    /// <summary>Gives a byte back.</summary>
    public static void Unlock(SafeFileHandle file, long offset)
    {
        FileLock released = At(offset, Unlocked);
        _ = Control(file, SetLock, &released);
    }

    private static FileLock At(long offset, short type) => new() { Type = type, Start = offset, Length = 1 };

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, FileLock* what);

    /// <summary>The kernel's <c>struct flock</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
