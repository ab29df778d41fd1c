using Freshet.Abstractions;

namespace Freshet;

/// <summary>What to change in a session; what is null stays as it is.</summary>
public sealed record SessionPatch
{
    /// <summary>How many torrents may be active at once.</summary>
    public QueueLimits? Queue { get; init; }

    /// <summary>When torrents have given enough that have no goals of their own.</summary>
    public SeedGoals? Goals { get; init; }

    /// <summary>How fast the session may upload and download: all of it, so best a copy of <see cref="BitTorrentClient.Limits"/> with what is to change.</summary>
    public RateLimits? Limits { get; init; }
}
