namespace Freshet;

/// <summary>Which trackers of a torrent are announced to. Of a private torrent always one at a time (BEP 27).</summary>
public enum TrackerTiers
{
    /// <summary>All trackers of all tiers, each on its own schedule: a dead one delays nobody.</summary>
    All,

    /// <summary>One at a time, in the order of BEP 12: tier by tier, each shuffled once, and whoever answers first in its tier from then on.</summary>
    Bep12,
}
