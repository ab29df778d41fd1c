using Freshet.Abstractions;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>Turns what the system says into a <see cref="DiskError"/> that a person understands and the engine can act on.</summary>
public static class DiskErrors
{
    // Win32 codes, the low half of an HResult.
    private const int WindowsFileNotFound = 2;
    private const int WindowsPathNotFound = 3;
    private const int WindowsTooManyFiles = 4;
    private const int WindowsAccessDenied = 5;
    private const int WindowsWriteProtected = 19;
    private const int WindowsSharingViolation = 32;
    private const int WindowsHandleDiskFull = 39;
    private const int WindowsDiskFull = 112;
    private const int WindowsQuota = 1295;

    /// <summary>An error number of a Unix call.</summary>
    internal static DiskError FromErrno(int errno, string path)
    {
        (DiskErrorKind kind, string message) = errno switch
        {
            Errno.NoSpace => (DiskErrorKind.Full, "the disk is full"),
            Errno.Quota => (DiskErrorKind.Full, "the disk quota of this user is used up"),
            Errno.FileTooLarge => (DiskErrorKind.Blocked, "the file system or a limit of this process does not allow a file this large"),
            Errno.AccessDenied or Errno.NotPermitted => (DiskErrorKind.Denied, "this user may not do that here"),
            Errno.ReadOnlyFileSystem => (DiskErrorKind.Denied, "the file system is read-only"),
            Errno.NoEntry => (DiskErrorKind.Missing, "no such file or folder"),
            Errno.TooManyFiles => (DiskErrorKind.Handles, "this process has too many files open (see ulimit -n)"),
            Errno.TooManyFilesInSystem => (DiskErrorKind.Handles, "the system has too many files open"),
            Errno.TooManyLinks => (DiskErrorKind.Blocked, "a symbolic link is in the way; links inside a download are not followed"),
            Errno.NotDirectory => (DiskErrorKind.Blocked, "a file or a symbolic link is in the way where a folder should be"),
            Errno.IsDirectory => (DiskErrorKind.Blocked, "a folder is in the way where a file should be"),
            Errno.NameTooLong => (DiskErrorKind.Blocked, "the name is too long for this file system"),
            Errno.Io => (DiskErrorKind.Device, "the device failed (input/output error)"),
            _ => (DiskErrorKind.Device, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)),
        };
        return new DiskError(kind, path, message);
    }

    /// <summary>An exception of .NET's file calls, or of an embedder's storage.</summary>
    public static DiskError FromException(Exception exception, string path)
    {
        if (exception is StorageException storage)
            return storage.Error;
        if (exception is FileNotFoundException or DirectoryNotFoundException)
            return new DiskError(DiskErrorKind.Missing, path, "no such file or folder");
        if (exception is UnauthorizedAccessException)
            return new DiskError(DiskErrorKind.Denied, path, "this user may not do that here");
        if (exception is not IOException)
            return new DiskError(DiskErrorKind.Device, path, $"{exception.GetType().Name}: {exception.Message}");

        // On Unix the HResult of an IOException is the error number itself.
        if (!OperatingSystem.IsWindows() && exception.HResult is > 0 and < 4096)
            return FromErrno(exception.HResult, path);
        DiskErrorKind kind = (exception.HResult & 0xFFFF) switch
        {
            WindowsDiskFull or WindowsHandleDiskFull or WindowsQuota => DiskErrorKind.Full,
            WindowsAccessDenied or WindowsWriteProtected => DiskErrorKind.Denied,
            WindowsFileNotFound or WindowsPathNotFound => DiskErrorKind.Missing,
            WindowsTooManyFiles => DiskErrorKind.Handles,
            WindowsSharingViolation => DiskErrorKind.Blocked,
            _ => DiskErrorKind.Device,
        };
        return new DiskError(kind, path, exception.Message);
    }

    /// <summary>The exception for an error number.</summary>
    internal static StorageException Exception(int errno, string path) => new(FromErrno(errno, path));
}
