namespace Freshet;

/// <summary>How much of what happens a listener is told.</summary>
public enum EventDetail
{
    /// <summary>Everything: also each piece and each peer that comes and goes, hundreds a second in a fast download. Each wakes the listener.</summary>
    All,

    /// <summary>What a person would be told: states, trackers, bans, wrong pieces, trouble.</summary>
    Notable,
}
