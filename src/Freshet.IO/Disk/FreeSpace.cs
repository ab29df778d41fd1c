using Freshet.Abstractions;

namespace Freshet.IO.Disk;

/// <summary>What is left on a disk, where nothing can be reserved.</summary>
internal static class FreeSpace
{
    /// <summary>Refuses a reservation that the disk has no room for now.</summary>
    /// <param name="path">A file on the disk.</param>
    /// <param name="needed">The bytes that will be added.</param>
    public static void Demand(string path, long needed)
    {
        long free;
        try
        {
            free = new DriveInfo(Path.GetDirectoryName(path) ?? path).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No answer is no reason to refuse: a write will tell.
            return;
        }

        if (needed > free)
            throw new StorageException(new DiskError(DiskErrorKind.Full, path, $"the disk is full: {needed} bytes are needed, {free} are free"));
    }
}
