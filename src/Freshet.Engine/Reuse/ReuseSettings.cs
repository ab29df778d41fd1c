using Freshet.Abstractions;

namespace Freshet.Engine.Reuse;

/// <summary>The numbers of taking files from other torrents, each with its reason; tests make them small.</summary>
public sealed record ReuseSettings
{
    /// <summary>The defaults.</summary>
    public static ReuseSettings Default { get; } = new();

    /// <summary>Which torrents give and take, unless one has a scope of its own.</summary>
    public ReuseScope Scope { get; init; } = ReuseScope.Public;

    /// <summary>Smaller files are fetched faster than it is worth to look for them, and many are equally long by chance.</summary>
    public long LeastFile { get; init; } = 256 * 1024;

    /// <summary>The most files of a torrent that are known to others, the largest: 100 bytes each while it is awake.</summary>
    public int MaxFiles { get; init; } = 256;

    /// <summary>The most torrents that a file is looked for in: those with an equal root first, then those with an equal length.</summary>
    public int MaxSources { get; init; } = 4;

    /// <summary>The most sleeping torrents that are woken for one: each costs its metainfo and a look at its files.</summary>
    public int MaxWoken { get; init; } = 8;

    /// <summary>Copies that are out at once for a torrent: one in work and one that a worker goes on with, for each of two workers.</summary>
    public int MaxCopies { get; init; } = 4;

    /// <summary>The most blocks in one copy, 4 MiB: some milliseconds of a worker's time.</summary>
    public int MaxBlocks { get; init; } = 256;

    /// <summary>Copied pieces that are not hashed yet: copies are faster than hashes, and each such piece takes memory for its blocks' states.</summary>
    public int MaxUnproved { get; init; } = 16;

    /// <summary>A torrent that another waits for is given up when nothing has come to it for so long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wrong pieces after which a file with an equal root is not taken any more: the other's disk has spoilt it. One with an equal length only has one try.</summary>
    public int MaxWrong { get; init; } = 3;
}
