using Freshet.Abstractions;

namespace Freshet;

/// <summary>What to change in a session; what is null stays as it is.</summary>
public sealed record SessionPatch
{
    /// <summary>How many torrents may be active at once.</summary>
    public QueueLimits? Queue { get; init; }

    /// <summary>When torrents have given enough that have no goals of their own.</summary>
    public SeedGoals? Goals { get; init; }
}
