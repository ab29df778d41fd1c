namespace Freshet.SwarmBench;

/// <summary>
/// A virtual machine gets its memory from its host at the first touch of each page, which costs the process that happens to touch it about as much as the
/// write itself. Touched once before the first run, memory costs every client the same.
/// </summary>
internal static class WarmMemory
{
    /// <summary>Fills a file of this many bytes, or of as many as fit, and deletes it.</summary>
    public static void Touch(string folder, long bytes)
    {
        string path = Path.Combine(folder, "warm");
        bytes = Math.Min(bytes, new DriveInfo(folder).AvailableFreeSpace - (64L << 20));
        using (FileStream file = File.Create(path, 1 << 20, FileOptions.DeleteOnClose))
        {
            byte[] zeros = new byte[1 << 20];
            for (long written = 0; written < bytes; written += zeros.Length)
                file.Write(zeros);
        }
    }
}
