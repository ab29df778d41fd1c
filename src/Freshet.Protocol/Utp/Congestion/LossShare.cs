namespace Freshet.Protocol.Utp.Congestion;

/// <summary>Which share of what was sent is lost, over enough packets that chance is no reason.</summary>
internal struct LossShare(int packets)
{
    private long _acked;
    private long _lost;
    private int _count;

    /// <summary>Whether anything was lost since the share was taken.</summary>
    public readonly bool HasLost => _lost > 0;

    /// <summary>Some arrived.</summary>
    public void Acked(long bytes, int packetSize)
    {
        _acked += bytes;
        _count += (int)((bytes + packetSize - 1) / packetSize);
    }

    /// <summary>A packet is lost.</summary>
    public void Lost(int bytes)
    {
        _lost += bytes;
        _count++;
    }

    /// <summary>Some that were called lost have arrived, and are counted there.</summary>
    public void NotLost(int packets, int packetSize)
    {
        _lost = Math.Max(0, _lost - ((long)packets * packetSize));
        _count = Math.Max(0, _count - packets);
    }

    /// <summary>Takes the share and begins anew; null where there are too few to judge.</summary>
    public double? Take()
    {
        if (_count < packets)
            return null;
        double share = (double)_lost / (_acked + _lost);
        (_acked, _lost, _count) = (0, 0, 0);
        return share;
    }
}
