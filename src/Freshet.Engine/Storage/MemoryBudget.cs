using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// Counts the blocks that storage holds and says when they are too many. <i>Idle</i> blocks wait for the rest of their piece, <i>queued</i> ones are
/// with a worker. Back-pressure is a matter of queued ones only: if idle ones stopped the sockets, the pool would fill with incomplete
/// pieces and nothing would move again; they are spilled instead.
/// </summary>
public sealed class MemoryBudget
{
    /// <summary>The received rate is averaged over about this long: as long as what it is compared with.</summary>
    private const double RateSeconds = 1.0;

    /// <summary>Shorter samples of the rate are noise.</summary>
    private const double RateSampleSeconds = 0.25;

    /// <summary>
    /// How old a written block is at most before the state store knows of it, in seconds: a record a second, and a quarter for stamping and committing.
    /// </summary>
    private const double UnrecordedSeconds = 1.25;

    private readonly BlockPool _pool;
    private readonly StorageSettings _settings;
    private MonoTime _sampleStart;
    private long _sampleBytes;

    /// <summary>Watches over a pool.</summary>
    public MemoryBudget(BlockPool pool, StorageSettings settings)
    {
        _pool = pool;
        _settings = settings;
    }

    /// <summary>Blocks that wait for the rest of their piece.</summary>
    public int IdleBlocks { get; internal set; }

    /// <summary>Blocks that a worker has.</summary>
    public int QueuedBlocks { get; internal set; }

    /// <summary>Received payload in bytes a second, averaged over about a second.</summary>
    public double Rate { get; private set; }

    /// <summary>
    /// How many received bytes may be in memory only. A kill loses those and what is written but not yet recorded, together at most
    /// max(16 MiB, 2 s of rate R). Unrecorded are at most 1.25 s × R (<see cref="UnrecordedSeconds"/>); the rest is left for memory:
    /// 16 MiB when nothing comes in, 6 MiB at R = 8 MiB/s (the least), 0.75 s × R above that.
    /// </summary>
    public long AllowanceBytes => (long)(Math.Max(_settings.LossBound, 2 * RateNow) - (UnrecordedSeconds * RateNow));

    /// <summary>
    /// Whether peers should be asked for more: not while more than half of the allowance waits for workers, until it is a quarter. Looked at once a
    /// batch of events.
    /// </summary>
    public bool AllowsRequests { get; private set; } = true;

    /// <summary>How many idle blocks must go so that sockets find free ones; 0 below the high-water mark.</summary>
    internal int PressureBlocks
        => _pool.RentedBlocks <= _pool.CapacityBlocks * _settings.HighWater
            ? 0
            : Math.Max(0, _pool.RentedBlocks - QueuedBlocks - (int)(_pool.CapacityBlocks * _settings.LowWater));

    /// <summary>How many idle blocks must go so that a kill costs no more than it may; 0 below half of the allowance.</summary>
    internal int LossBlocks
    {
        get
        {
            long idle = (long)IdleBlocks * BlockRange.BlockLength;
            long allowance = AllowanceBytes;
            return idle <= allowance / 2 ? 0 : (int)((idle - (allowance / 4)) / BlockRange.BlockLength);
        }
    }

    /// <summary>How many blocks uploads may take: the last eighth is for what comes in.</summary>
    internal int SpareForReading => _pool.FreeBlocks - (_pool.CapacityBlocks / 8);

    /// <summary>What has come since the last sample has come within this second, too: a fast start is known at once.</summary>
    private double RateNow => Math.Max(Rate, _sampleBytes / RateSeconds);

    internal void Received(int bytes) => _sampleBytes += bytes;

    internal void Advance(MonoTime now)
    {
        long queued = (long)QueuedBlocks * BlockRange.BlockLength;
        AllowsRequests = queued <= AllowanceBytes / (AllowsRequests ? 2 : 4);
        double elapsed = (now - _sampleStart).TotalSeconds;
        if (elapsed < RateSampleSeconds)
            return;
        Rate += ((_sampleBytes / elapsed) - Rate) * Math.Min(1, elapsed / RateSeconds);
        _sampleBytes = 0;
        _sampleStart = now;
    }
}
