namespace Freshet.Engine.Torrents;

/// <summary>
/// For how long torrents stay awake that nobody uses: as long as is good for their swarms while they are few, hardly at all while they are many, as where thousands are
/// added at once. Awake, each holds its metainfo and tables of that size: 10 KiB at the least.
/// </summary>
internal sealed class DozingTorrents
{
    /// <summary>Torrents that stay awake for the long time: some MiB of small ones.</summary>
    public const int Few = 500;

    /// <summary>Long enough that a swarm in which peers come and go does not put its torrent to sleep and wake it again and again.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    /// <summary>Whoever was told of the torrent by its tracker at once may still come.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private int _count;

    /// <summary>How long one more waits before it sleeps.</summary>
    public TimeSpan Patience => _count < Few ? Quiet : Short;

    /// <summary>One begins to doze.</summary>
    public void Enter() => _count++;

    /// <summary>One sleeps, or is used.</summary>
    public void Leave() => _count--;
}
