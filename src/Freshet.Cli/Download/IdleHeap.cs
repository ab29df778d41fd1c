using System.Diagnostics;

namespace Freshet.Cli.Download;

/// <summary>
/// Gives memory back to the system once nothing has moved for a while: what a start or a burst of transfers has left behind would else stay until the next
/// collection, which an idle seed may never come to.
/// </summary>
internal sealed class IdleHeap
{
    /// <summary>Longer than pauses of a session that is in use, short beside the hours of one that is not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private long _since = Stopwatch.GetTimestamp();
    private bool _isTrimmed;

    /// <summary>When to look again; null: not before something has moved.</summary>
    public TimeSpan? LookIn => _isTrimmed ? null : Patience - Stopwatch.GetElapsedTime(_since);

    /// <summary>Something has changed.</summary>
    public void Moved()
    {
        _since = Stopwatch.GetTimestamp();
        _isTrimmed = false;
    }

    /// <summary>Gives memory back, if it is time.</summary>
    public void Look()
    {
        if (_isTrimmed || Stopwatch.GetElapsedTime(_since) < Patience)
            return;
        _isTrimmed = true;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
