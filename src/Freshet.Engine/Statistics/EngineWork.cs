namespace Freshet.Engine.Statistics;

/// <summary>How much an engine has done since its start, counted in what it had to look at.</summary>
/// <param name="Deadlines">Deadlines that came.</param>
/// <param name="Torrents">Torrents for which something was done at the end of a batch of events.</param>
/// <param name="Peers">Peers for which something was done at the end of a batch of events.</param>
/// <param name="Touched">Torrents that were noted because something that can be seen from outside had changed in them.</param>
public readonly record struct EngineWork(long Deadlines, long Torrents, long Peers, long Touched)
{
    /// <summary>What was done between two moments.</summary>
    public static EngineWork operator -(EngineWork later, EngineWork earlier)
        => new(later.Deadlines - earlier.Deadlines, later.Torrents - earlier.Torrents, later.Peers - earlier.Peers, later.Touched - earlier.Touched);
}
