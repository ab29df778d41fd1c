namespace Freshet;

/// <summary>What to change in a torrent; what is null stays as it is.</summary>
public sealed record TorrentPatch
{
    /// <summary>Which of its trackers are announced to.</summary>
    public TrackerTiers? TrackerTiers { get; init; }
}
