using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet;

/// <summary>What is to change of a torrent; null leaves a thing as it is.</summary>
public sealed record TorrentPatch
{
    /// <summary>The order in which pieces are fetched from now on; pieces that are begun are finished. A picker of your own (<see cref="AddOptions.Picker"/>) is not asked any more.</summary>
    public PieceStrategy? Strategy { get; init; }

    /// <summary>
    /// How much files are wanted from now on; those that are not named keep theirs. Nothing that is here is lost or hashed again, also where a file is skipped and wanted
    /// again later.
    /// </summary>
    public IReadOnlyDictionary<FileIndex, FilePriority>? Priorities { get; init; }

    /// <summary>How fast it, and each of its peers, may be uploaded and downloaded; <see cref="TorrentLimits.None"/> lifts its limits.</summary>
    public TorrentLimits? Limits { get; init; }

    /// <summary>Whether it seeds as <see cref="AddOptions.SuperSeeding"/> says from now on. Peers that were told of everything stay so.</summary>
    public bool? SuperSeeding { get; init; }

    /// <summary>Which of its trackers are announced to.</summary>
    public TrackerTiers? TrackerTiers { get; init; }

    /// <summary>When it has given enough; <see cref="SeedGoals.None"/>: when the session says.</summary>
    public SeedGoals? Goals { get; init; }

    /// <summary>Whether it downloads and seeds whatever the session's limits of active torrents are.</summary>
    public bool? IsForced { get; init; }

    /// <summary>Where to in the queue.</summary>
    public QueueMove? QueueMove { get; init; }
}
