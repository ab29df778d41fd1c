using Freshet.Abstractions;

namespace Freshet.IO.Disk;

/// <summary>A job that may run now.</summary>
/// <param name="Job">The job.</param>
/// <param name="Torrent">Its torrent's storage and order.</param>
internal readonly record struct WorkItem(DiskJob Job, TorrentJobs Torrent);
