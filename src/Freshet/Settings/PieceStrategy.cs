namespace Freshet;

/// <summary>In which order a torrent's pieces are fetched.</summary>
public enum PieceStrategy
{
    /// <summary>What the fewest peers have comes first: best for the swarm, and the fastest.</summary>
    RarestFirst,

    /// <summary>From the first to the last.</summary>
    Sequential,
}
