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

    private long _sequence = -1;
    private long _since;
    private bool _isTrimmed;

    /// <summary>Looks at the latest snapshot: whether anything has changed in it.</summary>
    public bool Look(SessionSnapshot snapshot)
    {
        if (snapshot.Sequence != _sequence)
        {
            _sequence = snapshot.Sequence;
            _since = Stopwatch.GetTimestamp();
            _isTrimmed = false;
            return true;
        }

        if (!_isTrimmed && Stopwatch.GetElapsedTime(_since) >= Patience)
        {
            _isTrimmed = true;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        return false;
    }
}
