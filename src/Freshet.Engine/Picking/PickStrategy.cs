namespace Freshet.Engine.Picking;

/// <summary>The order in which new pieces are begun.</summary>
public enum PickStrategy : byte
{
    /// <summary>The piece that the fewest peers have first; the very first pieces at random.</summary>
    RarestFirst,

    /// <summary>From the torrent's start to its end.</summary>
    Sequential,
}
