namespace Freshet.IO.Disk;

/// <summary>How many threads serve disks and hashes. Threads start when there is work for them and none is free.</summary>
public sealed record DiskWorkerOptions
{
    /// <summary>
    /// A thread that waits for a disk costs nothing, and one slow disk must not hold up the others: at least this many may wait at once.
    /// </summary>
    private const int LeastDiskThreads = 4;

    /// <summary>More would only queue inside the kernel, and each may hold a read buffer.</summary>
    private const int MostThreads = 16;

    /// <summary>The most threads that read, write and sync: one a core, 4 to 16.</summary>
    public int DiskThreads { get; init; } = Math.Clamp(Environment.ProcessorCount, LeastDiskThreads, MostThreads);

    /// <summary>The most threads that hash pieces just received, and the most beside them that check: one a core, up to 16.</summary>
    public int HashThreads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, MostThreads);
}
