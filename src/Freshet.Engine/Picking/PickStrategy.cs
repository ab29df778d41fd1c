namespace Freshet.Engine.Picking;

/// <summary>The order in which new pieces of equal priority are begun. <c>docs/picking.md</c> says when which is good.</summary>
public enum PickStrategy : byte
{
    /// <summary>The piece that the fewest peers have first, any of the equally rare ones; the very first pieces at random.</summary>
    RarestFirst,

    /// <summary>The rarest of a few pieces by chance: nearly as good for the swarm, and clients that know the same peers do not all go for the same piece.</summary>
    RandomRarest,

    /// <summary>Any piece.</summary>
    Random,

    /// <summary>From the torrent's start to its end.</summary>
    Sequential,

    /// <summary>Rarity, how much of a piece is missing, and how long this peer needs for that, weighed: <see cref="SmartCost"/>.</summary>
    Smart,
}
