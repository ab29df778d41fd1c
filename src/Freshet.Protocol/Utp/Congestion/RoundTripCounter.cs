namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// Counts round trips by bytes, not by a clock: one is over when something is acknowledged that was sent after the round began. So it is right whatever the queues do.
/// </summary>
internal struct RoundTripCounter
{
    private long _end;

    /// <summary>Rounds that are over.</summary>
    public int Rounds { get; private set; }

    /// <summary>Looks at an acknowledgement.</summary>
    /// <returns>Whether it ends a round and begins the next.</returns>
    public bool Note(in UtpAckSample sample)
    {
        if (sample.DeliveredAtSend < _end)
            return false;
        _end = sample.Delivered;
        Rounds++;
        return true;
    }
}
