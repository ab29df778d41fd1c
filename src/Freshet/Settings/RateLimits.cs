using Freshet.Abstractions;

namespace Freshet;

/// <summary>When the alternative limits take the place of the normal ones.</summary>
public enum AlternativeUse : byte
{
    /// <summary>When <see cref="RateLimits.Schedule"/> says so; never, where there is none.</summary>
    BySchedule,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>
/// How fast a session may upload and download. Limits count what is said in docs/rate-limits.md, in short: blocks out with their headers, everything in. All limits of
/// a connection hold at once: the session's, its torrent's, its own. Immutable: take a copy with <c>with</c>.
/// </summary>
public sealed record RateLimits
{
    /// <summary>No limit.</summary>
    public static RateLimits None { get; } = new();

    /// <summary>What is in force unless the alternative is.</summary>
    public TransferLimits Normal { get; init; }

    /// <summary>What takes the place of <see cref="Normal"/> at times, both directions together; null: nothing does.</summary>
    public TransferLimits? Alternative { get; init; }

    /// <summary>When <see cref="Alternative"/> is in force.</summary>
    public AlternativeUse UseAlternative { get; init; }

    /// <summary>The times of the week at which <see cref="Alternative"/> is in force, where <see cref="UseAlternative"/> goes by them; null: none.</summary>
    public WeeklySchedule? Schedule { get; init; }

    /// <summary>
    /// Whether peers of this machine and of local networks (RFC 1918, 100.64/10, link-local, unique local IPv6) have no limit of any kind. Default: they are limited like
    /// all others.
    /// </summary>
    public bool ExemptLocal { get; init; }

    /// <summary>Whether the alternative is in force at a time of the wall clock.</summary>
    public bool IsAlternativeAt(DateTime localTime)
        => Alternative is not null && UseAlternative switch
        {
            AlternativeUse.On => true,
            AlternativeUse.Off => false,
            _ => Schedule?.Contains(localTime) ?? false,
        };
}
