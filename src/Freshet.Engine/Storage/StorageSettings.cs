namespace Freshet.Engine.Storage;

/// <summary>The numbers of the storage policy, each with its reason; tests make them small.</summary>
public sealed record StorageSettings
{
    /// <summary>The defaults.</summary>
    public static StorageSettings Default { get; } = new();

    /// <summary>
    /// How much payload a kill may cost at the most, in bytes, where two seconds of the present rate are not more. See
    /// <see cref="MemoryBudget.AllowanceBytes"/> for how it is divided.
    /// </summary>
    public long LossBound { get; init; } = 16 << 20;

    /// <summary>The part of the pool in use above which incomplete pieces are spilled. The rest is what sockets fill while the spill is written.</summary>
    public double HighWater { get; init; } = 0.75;

    /// <summary>The part of the pool in use down to which they are spilled: well below, so that spills are few and large.</summary>
    public double LowWater { get; init; } = 0.5;

    /// <summary>
    /// How long a block of an incomplete piece waits in memory. A slow torrent loses this much at a kill; shorter makes more and smaller writes.
    /// </summary>
    public TimeSpan SpillAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the age of waiting blocks is looked at.</summary>
    public TimeSpan SpillScan { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The least time between two resume records of a torrent: what the state store bears with thousands of torrents.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often written data is brought to the device: what a loss of power costs to hash again.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many written bytes bring a sync forward: 1 GiB is a few seconds of hashing.</summary>
    public long SyncBytes { get; init; } = 1L << 30;

    /// <summary>The first pause after disk trouble; it doubles up to <see cref="MaxRetryPause"/>.</summary>
    public TimeSpan FirstRetryPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause after disk trouble: half of the minute in which a full disk must be seen to have space again.</summary>
    public TimeSpan MaxRetryPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often trouble other than a full disk is retried before a person is asked: 0.5 + 1 + 2 + 4 + 8 s ride out a remount.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>How many check jobs are out at once for each hash worker: one in work, one that it goes on with.</summary>
    public int CheckJobsPerWorker { get; init; } = 2;

    /// <summary>So many neighbouring pieces are checked in one job: as many as a processor hashes together at most.</summary>
    public int CheckBatchPieces { get; init; } = 32;

    /// <summary>Where pieces are short, so many bytes of them are: one long sequential read, and few jobs.</summary>
    public int CheckBatchBytes { get; init; } = 8 << 20;

    /// <summary>The hash workers of this machine, which whoever makes the session knows.</summary>
    public int HashWorkers { get; init; } = 2;

    /// <summary>
    /// How many blocks are being read for upload at once for a torrent; more are refused, the peers' queues keep them. 4 MiB: a dozen runs, so that every disk
    /// worker has the next before it is done with the last.
    /// </summary>
    public int MaxReads { get; init; } = 256;
}
