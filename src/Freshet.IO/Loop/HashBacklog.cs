using Freshet.Abstractions;

namespace Freshet.IO.Loop;

/// <summary>
/// What waits for the hash workers. Where they share the cores with the sockets, a fast peer could be read further and further ahead of them, until it had
/// filled the pool, and nobody would be done sooner. Used by the loop's thread alone.
/// </summary>
internal sealed class HashBacklog
{
    /// <summary>Payload that gives the workers some milliseconds of work.</summary>
    private const int Much = 8 * 1024 * 1024;

    /// <summary>But one job in work and one waiting for each core, however large pieces are: no worker is to be idle.</summary>
    private static readonly int Enough = 2 * Environment.ProcessorCount;

    private long _bytes;
    private int _jobs;

    /// <summary>Whether there is so much that reading on saves nobody time.</summary>
    public bool IsMuch => _bytes > Much && _jobs > Enough;

    /// <summary>A job goes out. Only hashes count: a disk may hang for minutes, and peers are not to be left unheard so long.</summary>
    public void Add(DiskJob job) => Count(job, 1);

    /// <summary>A job is done.</summary>
    public void Remove(DiskJob job) => Count(job, -1);

    private void Count(DiskJob job, int by)
    {
        if (job.Kind != DiskJobKind.Hash)
            return;
        _jobs += by;
        _bytes += by * job.Range.Length;
    }
}
