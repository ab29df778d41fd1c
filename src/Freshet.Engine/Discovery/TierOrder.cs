namespace Freshet.Engine.Discovery;

/// <summary>Which trackers of a torrent are announced to.</summary>
public enum TierOrder : byte
{
    /// <summary>All of all tiers, each on its own schedule: a dead one delays nobody.</summary>
    AllAtOnce,

    /// <summary>One at a time, in the order of BEP 12; always so for private torrents (BEP 27).</summary>
    OneByOne,
}
