namespace Freshet.Abstractions;

/// <summary>
/// How many torrents of a session may be active at once; the others wait in the queue's order. Null: any number. Torrents that were started by force, and those
/// that move next to nothing, run beside these numbers.
/// </summary>
public sealed record QueueLimits
{
    /// <summary>Nothing waits but for a check of another torrent.</summary>
    public static QueueLimits Default { get; } = new();

    /// <summary>Torrents that download.</summary>
    public int? Downloads { get; init; }

    /// <summary>Torrents that seed.</summary>
    public int? Seeds { get; init; }

    /// <summary>Torrents that download or seed; downloads come first.</summary>
    public int? Active { get; init; }

    /// <summary>
    /// Torrents whose data is hashed at once. One by default: a check uses all cores and the whole disk by itself, and two on one disk make it seek.
    /// </summary>
    public int? Checks { get; init; } = 1;

    /// <summary>A torrent that moves fewer bytes a second than this for a minute does not count until it moves more; 0: every torrent counts. Default: 2 KiB/s.</summary>
    public long SlowRate { get; init; } = 2048;
}

/// <summary>Where to in the queue.</summary>
public enum QueueMove : byte
{
    /// <summary>Before all others.</summary>
    Top,

    /// <summary>One place forward.</summary>
    Up,

    /// <summary>One place back.</summary>
    Down,

    /// <summary>Behind all others.</summary>
    Bottom,
}
