using Freshet.Abstractions;

namespace Freshet.IO.Disk;

/// <summary>A job that may run now.</summary>
/// <param name="Job">The job.</param>
/// <param name="Torrent">Its torrent's storage and order.</param>
internal readonly record struct WorkItem(DiskJob Job, TorrentJobs Torrent)
{
    /// <summary>The kind of work that it is.</summary>
    public WorkClass Class => Job.Kind switch
    {
        DiskJobKind.Hash or DiskJobKind.HashPrefix or DiskJobKind.HashBlocks or DiskJobKind.HashLeaves => WorkClass.Hash,
        DiskJobKind.Check => WorkClass.Check,
        _ => WorkClass.Disk,
    };
}
