namespace Freshet;

/// <summary>In which order a torrent's pieces of equal priority are fetched. <c>docs/picking.md</c> says when which is good.</summary>
public enum PieceStrategy
{
    /// <summary>What the fewest peers have comes first, any of the equally rare pieces: best for the swarm, and the fastest.</summary>
    RarestFirst,

    /// <summary>The rarest of a few pieces by chance: for swarms in which many begin at once.</summary>
    RandomRarest,

    /// <summary>Any piece.</summary>
    Random,

    /// <summary>From the first to the last.</summary>
    Sequential,

    /// <summary>Rarity, how much of a piece is missing, and how long a peer would need for that, weighed for each peer.</summary>
    Smart,
}
