using Freshet.Abstractions;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Why the present run ends, or the last one did, and what comes after it: nothing, another run, or the end of the torrent. Kept apart from what is going on,
/// because a person may change their mind while a run is still being closed.
/// </summary>
internal sealed class RunEnd
{
    private string? _failure;
    private string? _goal;
    private DiskCheck? _next;

    /// <summary>Whether the torrent is forgotten after it.</summary>
    public bool Removes { get; set; }

    /// <summary>Whether the run is only for its check.</summary>
    public bool IsAfterCheck { get; set; }

    /// <summary>Whether a goal of seeding is the reason.</summary>
    public bool IsByGoal => _goal is not null;

    /// <summary>The state of the torrent when all is closed.</summary>
    public TorrentState State => _failure is null ? TorrentState.Stopped : TorrentState.Error;

    /// <summary>The reason for that state; null where a person asked for the stop.</summary>
    public string? Reason => _failure ?? _goal;

    /// <summary>A run begins: what ended the last one is history.</summary>
    public void Clear()
    {
        _failure = null;
        _goal = null;
    }

    /// <summary>A person stops the torrent, or a goal does: nothing comes after.</summary>
    public void Stops(string? goal)
    {
        _next = null;
        IsAfterCheck = false;
        _failure = null;
        _goal = goal;
    }

    /// <summary>Trouble stops it that needs a person.</summary>
    public void Fails(string reason)
    {
        _failure = reason;
        IsAfterCheck = false;
    }

    /// <summary>Another run comes after, unless one does already: a full check that was asked for stays one.</summary>
    public void ThenStarts(DiskCheck check) => _next ??= check;

    /// <summary>Everything is hashed after it.</summary>
    public void ThenChecks() => _next = DiskCheck.Full;

    /// <summary>What the next run makes of what is on disk, asked for once; null: there is none.</summary>
    public DiskCheck? TakeNext()
    {
        DiskCheck? next = _next;
        _next = null;
        return next;
    }
}
