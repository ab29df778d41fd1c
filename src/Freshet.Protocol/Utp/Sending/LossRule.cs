namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// From when on a packet is lost for what came after it: three packets that were sent later, until some were seen to overtake others; then their number says nothing any more, and
/// time alone does, the more the more often it was so (RFC 8985). A field, never a copy.
/// </summary>
internal struct LossRule
{
    private int _patience;
    private int _equalAcks;

    /// <summary>How many later packets are enough.</summary>
    public readonly int Threshold => _patience == 0 ? UtpLimits.LossThreshold : int.MaxValue;

    /// <summary>How much later one packet must have been sent to be enough.</summary>
    public readonly TimeSpan Patience(TimeSpan roundTrip) => roundTrip * Math.Max(1, _patience) / 4;

    /// <summary>Something new was acknowledged; packets that were called lost may have arrived.</summary>
    public void Learn(in AckOutcome outcome)
    {
        _equalAcks = 0;

        // Many that are late at once were held up once, after a time-out most likely.
        _patience = Math.Min(UtpLimits.MaxPatience, _patience + outcome.Overtaken + Math.Min(outcome.Late, 1));
    }

    /// <summary>Whether an acknowledgement that says nothing new is the one that shows the first packet to be lost: of a peer that sends no masks.</summary>
    public bool IsTelling(in UtpPacket packet)
        => packet.Header.Type == UtpPacketType.State && packet.SelectiveAck.IsEmpty && ++_equalAcks == UtpLimits.LossThreshold;
}
