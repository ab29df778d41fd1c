namespace Freshet.Simulator.Disk;

/// <summary>How a simulated disk behaves; may be changed while it runs.</summary>
public sealed class SimDiskSettings
{
    /// <summary>The least time that any job takes.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Bytes a second for reading and writing; 0 is unlimited.</summary>
    public double Rate { get; set; } = 400e6;

    /// <summary>Bytes a second for hashing; 0 is unlimited.</summary>
    public double HashRate { get; set; } = 2e9;

    /// <summary>The bytes that fit.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>The share of writes that fail with a device error.</summary>
    public double WriteFailures { get; set; }

    /// <summary>The share of reads that fail with a device error.</summary>
    public double ReadFailures { get; set; }

    /// <summary>Whether files can neither be made nor brought to where they belong.</summary>
    public bool PrepareFails { get; set; }

    /// <summary>Whether every sync fails.</summary>
    public bool SyncFails { get; set; }
}
