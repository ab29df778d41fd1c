namespace Freshet.Tracker.Answering;

/// <summary>What came, counted by one thread and read by others.</summary>
internal sealed class TrackerCounters
{
    public long Connects;
    public long Announces;
    public long Scrapes;

    /// <summary>Refused: torrents that are not served, no room, connection ids that are not valid.</summary>
    public long Refused;

    /// <summary>Turned away because one source asked too often.</summary>
    public long Limited;

    public long Malformed;

    /// <summary>Connections over the limits.</summary>
    public long Rejected;

    /// <summary>Connections that brought no whole request in time.</summary>
    public long TimedOut;

    public void AddTo(TrackerCounters sum)
    {
        sum.Connects += Volatile.Read(ref Connects);
        sum.Announces += Volatile.Read(ref Announces);
        sum.Scrapes += Volatile.Read(ref Scrapes);
        sum.Refused += Volatile.Read(ref Refused);
        sum.Limited += Volatile.Read(ref Limited);
        sum.Malformed += Volatile.Read(ref Malformed);
        sum.Rejected += Volatile.Read(ref Rejected);
        sum.TimedOut += Volatile.Read(ref TimedOut);
    }
}
