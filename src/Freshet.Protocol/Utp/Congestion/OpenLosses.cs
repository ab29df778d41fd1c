namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// The losses for which the window was lowered last. When each of them turns out to have been overtaken only, the window was lowered for nothing (RFC 9438, 4.9), and is put back.
/// </summary>
internal struct OpenLosses
{
    private int _count;

    /// <summary>The window is lowered for a loss.</summary>
    public void Begin() => _count = 1;

    /// <summary>One more that belongs to it.</summary>
    public void Add()
    {
        if (_count > 0)
            _count++;
    }

    /// <summary>Whatever comes now, the window stays as it is.</summary>
    public void Forget() => _count = 0;

    /// <summary>Some arrived after all.</summary>
    /// <returns>Whether that were the last of them.</returns>
    public bool Withdraw(int packets)
    {
        if (_count == 0)
            return false;
        _count = Math.Max(_count - packets, 0);
        return _count == 0;
    }
}
