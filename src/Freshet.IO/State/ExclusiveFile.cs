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
        catch (IOException exception) when (IsTaken(exception))
        {
            return null;
        }
    }

    /// <summary>Opens the file, made where it is not there, once nobody else has it.</summary>
    /// <exception cref="IOException">Another has it for longer than that, or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static FileStream Wait(string path, TimeSpan patience)
    {
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            if (TryOpen(path) is { } alone)
                return alone;
            if (Environment.TickCount64 > end)
                throw new IOException($"{path} is held by another process.");

            // No system offers a wait for such a lock that ends: look again a little later.
            Thread.Sleep(10);
        }
    }

    /// <summary>Whether a file could not be opened because somebody else has it open.</summary>
    public static bool IsTaken(IOException exception) => exception.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock;
}
