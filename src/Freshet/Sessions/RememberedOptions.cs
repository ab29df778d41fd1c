using Freshet.Abstractions;
using Freshet.Engine.Picking;
using Freshet.Engine.Session;

namespace Freshet.Sessions;

/// <summary>How a torrent was added and what was changed since, in the form that outlasts the session. Every default is left out.</summary>
internal sealed record RememberedOptions
{
    public static RememberedOptions Default { get; } = new();

    public FilePriority[]? Priorities { get; init; }

    /// <summary>The magnet link of a torrent whose metadata is not known; null: it is.</summary>
    public string? Magnet { get; init; }

    public PieceStrategy Strategy { get; init; }

    public bool SuperSeeding { get; init; }

    public bool IgnoresTrackers { get; init; }

    public string[]? Trackers { get; init; }

    public TrackerTiers? TrackerTiers { get; init; }

    public SeedGoals? Goals { get; init; }

    public bool IsForced { get; init; }

    public bool SeedOnly { get; init; }

    public int? MaxPeers { get; init; }

    public TorrentLimits? Limits { get; init; }

    public ReuseScope? Reuse { get; init; }

    /// <summary>Whether it says only what could have been written: the disk may have altered it, and one torrent must not keep all others from coming back.</summary>
    private bool IsSane
        => Enum.IsDefined(Strategy) && (TrackerTiers is not { } tiers || Enum.IsDefined(tiers)) && Array.TrueForAll(Priorities ?? [], Enum.IsDefined)
            && Array.TrueForAll(Trackers ?? [], tracker => !string.IsNullOrEmpty(tracker)) && (MaxPeers is null or > 0) && (Reuse is not { } reuse || Enum.IsDefined(reuse))
            && (Limits is not { } limits || (limits.Whole.IsValid && limits.EachPeer.IsValid))
            && !(Goals?.Ratio < 0) && !(Goals?.SeedTime < TimeSpan.Zero) && !(Goals?.IdleTime < TimeSpan.Zero);

    /// <summary>Reads what <see cref="ToText"/> wrote; what cannot be read counts as the defaults, which lose nothing but wishes.</summary>
    public static RememberedOptions Parse(string? text)
        => !string.IsNullOrEmpty(text) && RememberedJson.TryRead(text) is { IsSane: true } options ? options : Default;

    /// <summary>As text; null where all is as by default.</summary>
    public string? ToText() => this == Default ? null : RememberedJson.Write(this);

    /// <summary>As the engine takes them; what depends on the metainfo and the disk is for the caller to add.</summary>
    public TorrentSpec ToSpec(string directory) => new()
    {
        Directory = directory,
        Priorities = Priorities,
        Strategy = (PickStrategy)Strategy,
        SuperSeeding = SuperSeeding,
        UseTrackers = !IgnoresTrackers,
        ExtraTrackers = Trackers ?? [],
        Tiers = TrackerTiers is { } tiers ? TorrentAdder.ToEngine(tiers) : null,
        Goals = Goals,
        IsForced = IsForced,
        OnlyWhole = SeedOnly,
        MaxConnections = MaxPeers,
        Limits = Limits ?? TorrentLimits.None,
        Reuse = Reuse,
    };
}
