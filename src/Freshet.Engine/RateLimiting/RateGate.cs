using Freshet.Core;

namespace Freshet.Engine.RateLimiting;

/// <summary>Who waits at a <see cref="RateGate"/>.</summary>
public interface IRateWaiter
{
    /// <summary>The bytes that were asked for may be moved now; what is not used goes back by <see cref="RateGate.GiveBack"/>.</summary>
    void Granted(int bytes, MonoTime now);
}

/// <summary>
/// One direction of one connection where something limits it: asks the buckets of its row for bytes, and waits in them. A connection that nothing limits has
/// no gate. Asking allocates nothing.
/// </summary>
public sealed class RateGate
{
    private readonly IRateWaiter _waiter;
    private readonly RateBucket[] _row;
    private int _wanted;

    // The place in the row of the bucket that it waits in, or -1.
    private int _place = -1;
    private bool _isUsed;

    /// <summary>Makes a gate.</summary>
    /// <param name="waiter">Who is told when bytes that were waited for are there.</param>
    /// <param name="row">The buckets that limit it, at least one; the widest last.</param>
    public RateGate(IRateWaiter waiter, ReadOnlySpan<RateBucket> row)
    {
        ArgumentOutOfRangeException.ThrowIfZero(row.Length);
        _waiter = waiter;
        _row = row.ToArray();
    }

    /// <summary>Whether it waits for bytes.</summary>
    public bool IsWaiting => _place >= 0;

    /// <summary>Whether it has use for bytes: others count on their shares being smaller meanwhile.</summary>
    public bool IsUsed
    {
        get => _isUsed;
        set
        {
            if (_isUsed == value)
                return;
            _isUsed = value;
            foreach (RateBucket bucket in _row)
                bucket.Users += value ? 1 : -1;
        }
    }

    /// <summary>Bytes a second of the tightest limit.</summary>
    public long Rate
    {
        get
        {
            long rate = long.MaxValue;
            foreach (RateBucket bucket in _row)
                rate = Math.Min(rate, bucket.Rate);
            return rate;
        }
    }

    /// <summary>About how many bytes a second there are for this one, with everyone counted who has use for bytes now.</summary>
    public long Share
    {
        get
        {
            long share = long.MaxValue;
            int self = _isUsed ? 0 : 1;
            foreach (RateBucket bucket in _row)
                share = Math.Min(share, bucket.Rate / Math.Max(1, bucket.Users + self));
            return share;
        }
    }

    internal int Need { get; private set; }

    internal RateGate? Previous { get; set; }

    internal RateGate? Next { get; set; }

    /// <summary>Takes bytes, or gets into line for them. One that waits already goes on waiting for what it asked for first.</summary>
    /// <param name="need">The fewest that are of use, 1 to <see cref="RateBucket.MaxNeed"/>.</param>
    /// <param name="wanted">The most that are of use.</param>
    /// <param name="now">The time.</param>
    /// <returns>What may be moved now, or 0: it waits, and is told by <see cref="IRateWaiter.Granted"/>.</returns>
    public int TryTake(int need, int wanted, MonoTime now)
    {
        if (IsWaiting)
            return 0;
        Need = Math.Clamp(need, 1, RateBucket.MaxNeed);
        _wanted = Math.Max(Need, wanted);
        return Climb(0, now);
    }

    /// <summary>Puts bytes back that were granted and not used.</summary>
    public void GiveBack(int bytes)
    {
        foreach (RateBucket bucket in _row)
            bucket.GiveBack(bytes);
    }

    /// <summary>Stops waiting.</summary>
    public void Leave()
    {
        if (!IsWaiting)
            return;
        int place = _place;
        _place = -1;
        _row[place].Remove(this);
        for (int i = 0; i < place; i++)
            _row[i].Withdraw(Need);
    }

    /// <summary>The bucket that it waited in has promised it what it needs.</summary>
    internal void GoOn(MonoTime now)
    {
        int granted = Climb(_place + 1, now);
        if (granted > 0)
            _waiter.Granted(granted, now);
    }

    private int Climb(int place, MonoTime now)
    {
        for (; place < _row.Length; place++)
        {
            if (_row[place].TryPromise(this, now))
                continue;
            _place = place;
            return 0;
        }

        _place = -1;
        long granted = _wanted;
        foreach (RateBucket bucket in _row)
            granted = Math.Min(granted, bucket.ShareOf(Need, now));
        foreach (RateBucket bucket in _row)
            bucket.Take(Need, (int)granted);
        return (int)granted;
    }
}
