namespace Freshet.IO.Disk;

/// <summary>What kind of work a job is, in the order in which it is taken.</summary>
internal enum WorkClass : byte
{
    /// <summary>Reads, writes and syncs: they wait for a device, and a write done sets memory free.</summary>
    Disk,

    /// <summary>Hashing of a piece just received.</summary>
    Hash,

    /// <summary>A check of what is on disk: hashing for the most part, and it may take minutes.</summary>
    Check,
}
