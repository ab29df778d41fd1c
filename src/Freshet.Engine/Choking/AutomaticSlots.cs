namespace Freshet.Engine.Choking;

/// <summary>
/// Finds how many upload slots keep the line busy. With every slot each peer's share gets smaller: as many are opened as get a share worth having, which
/// grows with their number (libtorrent's rate-based choker: 1 KiB/s for the first and 2 KiB/s more for each further one, so 9 slots at 128 KiB/s, 23 at
/// 1 MiB/s). Slots whose peers take nothing do not count. And every minute a quarter more is tried: on a full line those who are
/// served lose a fifth by it; where they lose less than half of that the line has room, and more is tried at once.
/// </summary>
internal sealed class AutomaticSlots
{
    /// <summary>Fewer make a line idle whenever two peers have nothing to ask for.</summary>
    public const int Least = 4;

    /// <summary>More than a torrent has connections where nothing else is set.</summary>
    public const int Most = 100;

    private const int Start = 8;
    private const long FirstShare = 1024;
    private const long FurtherShare = 2048;

    // In rounds: a minute, so that a full line is hardly disturbed.
    private const int TrialInterval = 6;

    private readonly List<long> _rates = [];
    private int _beforeTrial;
    private int _untilTrial = TrialInterval;

    /// <summary>How many slots there are.</summary>
    public int Count { get; private set; } = Start;

    /// <summary>Looks at a round that is over.</summary>
    /// <param name="peers">Everybody.</param>
    /// <param name="isWhole">Whether a peer has had its slot for all of this round; the second argument: of the one before, too.</param>
    /// <param name="waiting">How many wait for a slot.</param>
    public void EndRound(IReadOnlyList<SlotSeeker> peers, Func<SlotSeeker, int, bool> isWhole, int waiting)
    {
        _rates.Clear();
        int idle = 0;
        long now = 0;
        long before = 0;
        foreach (SlotSeeker peer in peers)
        {
            if (!peer.IsServed)
                continue;
            _rates.Add(peer.SentRate);
            if (!isWhole(peer, 1))
                continue;
            idle += peer.SentRate < FirstShare ? 1 : 0;
            if (isWhole(peer, 2))
            {
                now += peer.SentRate;
                before += peer.SentRateBefore;
            }
        }

        _rates.Sort();
        int worth = 0;
        while (worth < _rates.Count && _rates[^(worth + 1)] >= FirstShare + (worth * FurtherShare))
            worth++;
        int target = worth + 1 + idle;
        bool mayGrow = waiting > 0 && _beforeTrial > 0 && before > 0 && now > before * (1 + ((double)_beforeTrial / Count)) / 2;
        if (_beforeTrial > 0 && !mayGrow)
            Count = _beforeTrial;

        // Not fewer by many at once: a round in which the peers had little to ask for says little of the line.
        int least = Math.Max(target, mayGrow ? Count : Count - 1);
        int count = Math.Clamp(waiting > 0 ? least : Math.Min(Count, least), Least, Most);
        bool tries = mayGrow || (waiting > 0 && count <= Count && --_untilTrial <= 0);
        _beforeTrial = tries ? count : 0;
        if (tries)
            _untilTrial = TrialInterval;
        Count = tries ? Math.Min(Most, count + Math.Max(1, count / 4)) : count;
    }
}
