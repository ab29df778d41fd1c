namespace Freshet.IO.State;

/// <summary>A file that one process has open at a time: a lock that the kernel takes back however the process ends.</summary>
internal static class ExclusiveFile
{
    // How systems say "somebody else has it": Windows by code, Linux and macOS by error number (EWOULDBLOCK).
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    /// <summary>Opens the file, made where it is not there, or answers null where another has it.</summary>
    /// <exception cref="IOException">It cannot be opened for another reason.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock)
        {
            return null;
        }
    }
}
