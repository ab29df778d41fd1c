using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.Native;

/// <summary>
/// Brings a file to the device where <see cref="FileCalls"/> is not available, and says so when that failed. .NET 10's own calls cannot be
/// trusted with this: on Unix <c>SystemNative_FSync</c> turns every failure into 1, which the managed side takes for success.
/// </summary>
internal static partial class FileSync
{
    /// <summary>Returns 0, or the system's error number.</summary>
    public static int Sync(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
            return FlushFileBuffers(file) ? 0 : Marshal.GetLastPInvokeError();

        // On macOS fsync leaves the bytes in the drive's cache. .NET asks for F_FULLFSYNC, which does not, but hides failure: so both.
        if (OperatingSystem.IsMacOS())
            RandomAccess.FlushToDisk(file);
        while (Sync(file.DangerousGetHandle().ToInt32()) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted)
                return errno;
        }

        return 0;
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);
}
