namespace Freshet.Protocol.Utp.Sending;

/// <summary>What one acknowledgement was the first to tell.</summary>
internal struct AckOutcome
{
    /// <summary>Bytes of payload.</summary>
    public long Bytes;

    /// <summary>Packets.</summary>
    public int Packets;

    /// <summary>Bytes at the start of the stream that are needed no more.</summary>
    public long Released;

    /// <summary>What was sent again later than this cannot have been answered yet: then the answer is to what was sent before.</summary>
    public long NewestPossible;

    /// <summary>The number of the packet that was sent last of those; it is still to be found on the scoreboard. Negative: none.</summary>
    public long Newest;

    /// <summary>When that was.</summary>
    public long NewestSentAt;

    /// <summary>Packets that were sent again for nothing: they had only been overtaken.</summary>
    public int Overtaken;

    /// <summary>Whether a packet that was sent again to hear what has arrived had arrived before.</summary>
    public bool WasTailNeedless;

    /// <summary>Packets that were called lost and came before they were sent again.</summary>
    public int Late;

    /// <summary>Whether the probe of the path is among them.</summary>
    public bool ProbeArrived;

    /// <summary>Whether the stream's end is among them.</summary>
    public bool EndArrived;
}
