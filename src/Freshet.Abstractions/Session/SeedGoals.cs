namespace Freshet.Abstractions;

/// <summary>
/// When a torrent has given enough. Each field null: none, or for a torrent the session's. What a torrent shall not have although the session does is
/// <see cref="double.PositiveInfinity"/> or <see cref="TimeSpan.MaxValue"/>. The first goal that is reached counts.
/// </summary>
public sealed record SeedGoals
{
    /// <summary>No goals: seeds for ever.</summary>
    public static SeedGoals None { get; } = new();

    /// <summary>No goals, whatever the session's are.</summary>
    public static SeedGoals Forever { get; } = new() { Ratio = double.PositiveInfinity, SeedTime = TimeSpan.MaxValue, IdleTime = TimeSpan.MaxValue };

    /// <summary>
    /// Bytes sent over all runs, per byte received or per byte that is wanted, whichever is more: what was there already is to be given back too, and what was
    /// received in vain.
    /// </summary>
    public double? Ratio { get; init; }

    /// <summary>How long it has seeded over all runs.</summary>
    public TimeSpan? SeedTime { get; init; }

    /// <summary>For how long of this run nobody has taken anything.</summary>
    public TimeSpan? IdleTime { get; init; }

    /// <summary>What then happens; null: <see cref="GoalAction.Stop"/>, or for a torrent what the session says.</summary>
    public GoalAction? Action { get; init; }

    /// <summary>Whether no goal can be reached.</summary>
    public bool IsNone
        => Ratio is null or double.PositiveInfinity && (SeedTime is null || SeedTime == TimeSpan.MaxValue) && (IdleTime is null || IdleTime == TimeSpan.MaxValue);

    /// <summary>These goals, with those of a session where there are none.</summary>
    public SeedGoals Over(SeedGoals session) => new()
    {
        Ratio = Ratio ?? session.Ratio,
        SeedTime = SeedTime ?? session.SeedTime,
        IdleTime = IdleTime ?? session.IdleTime,
        Action = Action ?? session.Action,
    };
}

/// <summary>What becomes of a torrent that has reached a goal of seeding.</summary>
public enum GoalAction : byte
{
    /// <summary>It stops, and says why. Started by hand after that it seeds on without goals.</summary>
    Stop,

    /// <summary>It is forgotten; its data stay.</summary>
    Remove,

    /// <summary>It is forgotten, and its files are deleted.</summary>
    RemoveWithData,

    /// <summary>It seeds on; the goal is only told of.</summary>
    None,
}
