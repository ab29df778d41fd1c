using Freshet.Core;

namespace Freshet.Engine.RateLimiting;

/// <summary>Wakes a bucket: the one thing that it needs of whoever keeps time.</summary>
public interface IRateAlarm
{
    /// <summary>Has <see cref="RateBucket.Run"/> called at a time, in place of any time set before; <see cref="MonoTime.Never"/>: not at all.</summary>
    void Set(MonoTime at);
}

/// <summary>
/// A token bucket with a line of those who wait for its bytes. What is taken is exact: fractions of a byte are kept, and whatever the rate, no interval of
/// <c>t</c> seconds sees more than <c>rate · t</c> and one <see cref="Capacity"/>, and a block on top where others hold up what is due. Who waits is served in turn, a turn each. It has an alarm set only while
/// somebody waits. Not thread-safe; time never goes back.
/// </summary>
/// <remarks>
/// Buckets stand in a row: a peer's, its torrent's, the session's. A <see cref="RateGate"/> that needs all of them waits in one at a time, from the first
/// to the last; where it has had its turn its bytes are promised to it, so that it never has to go back and nobody overtakes it. They are taken from all
/// of the row in one moment, so that none is ever ahead of another.
/// </remarks>
public sealed class RateBucket
{
    /// <summary>
    /// The most that anyone asks for before a turn is worth while: a block and its message's header. It is what a bucket holds at the least, so that the
    /// slowest still lets a whole block pass.
    /// </summary>
    public const int MaxNeed = BlockRange.BlockLength + RateCost.BlockHeader;

    /// <summary>
    /// What a bucket holds is a quarter of a second of its rate: after a pause, 2.5 % more than the rate within ten seconds; and room enough that nothing is
    /// lost when the loop comes late, because the machine was busy, or the peer, because its TCP only asked after 200 ms whether our window is open again.
    /// </summary>
    private const int CapacityPart = 4;

    /// <summary>
    /// The shortest wait. At 100 MiB/s a block takes 0.15 ms; to wake for each of them would cost more than to move it. What gathers meanwhile is shared out
    /// at once.
    /// </summary>
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(2);

    private const long Billion = 1_000_000_000;

    private readonly IRateAlarm _alarm;
    private long _tokens;

    // Billionths of a byte.
    private ulong _fraction;

    // Until when what has gathered is counted: the last time that the bucket was told.
    private MonoTime _filledAt;

    // What gates have had their turn for here and wait for elsewhere.
    private long _promised;
    private MonoTime _alarmAt = MonoTime.Never;
    private bool _isServing;
    private RateGate? _first;
    private RateGate? _last;

    /// <summary>Makes a bucket that is full.</summary>
    /// <param name="rate">Bytes a second, at least 1.</param>
    /// <param name="alarm">Who calls <see cref="Run"/>.</param>
    /// <param name="now">The time.</param>
    public RateBucket(long rate, IRateAlarm alarm, MonoTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        _alarm = alarm;
        _filledAt = now;
        Rate = rate;
        Capacity = CapacityOf(rate);
        _tokens = Capacity;
    }

    /// <summary>Bytes a second.</summary>
    public long Rate { get; private set; }

    /// <summary>The most bytes that gather while nobody takes any.</summary>
    public long Capacity { get; private set; }

    /// <summary>How many wait in this bucket's line.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many gates have use for bytes just now, whether they wait here, elsewhere, or use what they were given.</summary>
    public int Users { get; internal set; }

    /// <summary>
    /// Where it stops to gather. One need that is promised and waits elsewhere is not in the way: else a slow bucket would lose what comes while its whole content
    /// waits for its turn in the next.
    /// </summary>
    private long Most => Capacity + Math.Min(_promised, MaxNeed);

    /// <summary>Changes the rate; who waits goes on waiting at the new one.</summary>
    public void SetRate(long rate, MonoTime now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        Refill(now);
        Rate = rate;
        Capacity = CapacityOf(rate);
        _tokens = Math.Min(_tokens, Most);
        SetAlarm();
    }

    /// <summary>The alarm went off: serves those who wait, in turn, as far as the bytes go.</summary>
    public void Run(MonoTime now)
    {
        _alarmAt = MonoTime.Never;
        Refill(now);
        _isServing = true;
        while (_first is { } gate && _tokens - _promised >= gate.Need)
        {
            Remove(gate);
            _promised += gate.Need;
            gate.GoOn(now);
        }

        _isServing = false;
        SetAlarm();
    }

    /// <summary>Promises a gate what it needs, or puts it at the end of the line.</summary>
    internal bool TryPromise(RateGate gate, MonoTime now)
    {
        Refill(now);
        if (_first is null && _tokens - _promised >= gate.Need)
        {
            _promised += gate.Need;
            return true;
        }

        gate.Previous = _last;
        if (_last is null)
            _first = gate;
        else
            _last.Next = gate;
        _last = gate;
        Waiting++;
        WakeUp();
        return false;
    }

    /// <summary>What a gate may take that was promised its need: its part of what is there, those who wait behind it counted.</summary>
    internal long ShareOf(int need, MonoTime now)
    {
        Refill(now);
        return Math.Max(need, (_tokens - _promised + need) / (Waiting + 1));
    }

    /// <summary>Takes bytes that were promised, and more than that.</summary>
    internal void Take(int promised, int taken)
    {
        _promised -= promised;
        _tokens -= taken;
        WakeUp();
    }

    /// <summary>Puts bytes back that were taken and not used.</summary>
    internal void GiveBack(int bytes)
    {
        _tokens = Math.Min(Most, _tokens + bytes);
        if (_first is not null)
            SetAlarm();
    }

    /// <summary>A gate no longer needs what it was promised.</summary>
    internal void Withdraw(int promised)
    {
        _promised -= promised;
        WakeUp();
    }

    /// <summary>Takes a gate out of the line.</summary>
    internal void Remove(RateGate gate)
    {
        bool wasFirst = _first == gate;
        if (wasFirst)
            _first = gate.Next;
        else
            gate.Previous!.Next = gate.Next;
        if (_last == gate)
            _last = gate.Previous;
        else
            gate.Next!.Previous = gate.Previous;
        gate.Previous = gate.Next = null;
        Waiting--;
        if (wasFirst && !_isServing)
            SetAlarm();
    }

    private static long CapacityOf(long rate) => Math.Max(MaxNeed, rate / CapacityPart);

    private void Refill(MonoTime now)
    {
        long elapsed = now.Nanoseconds - _filledAt.Nanoseconds;
        if (elapsed <= 0)
            return;
        _filledAt = now;
        UInt128 gathered = ((UInt128)(ulong)Rate * (ulong)elapsed) + _fraction;
        UInt128 whole = gathered / Billion;

        long most = Most;
        if (whole >= (ulong)Math.Max(0, most - _tokens))
        {
            _tokens = most;
            _fraction = 0;
            return;
        }

        _tokens += (long)whole;
        _fraction = (ulong)(gathered - (whole * Billion));
    }

    /// <summary>Sees to it that an alarm is set where somebody waits; one that is early finds too little and is set again.</summary>
    private void WakeUp()
    {
        if (_first is not null && _alarmAt.IsNever && !_isServing)
            SetAlarm();
    }

    /// <summary>Moves the alarm nearer, or sets it; one that is too early does no harm, and none is ever put off by what happens meanwhile.</summary>
    private void SetAlarm()
    {
        MonoTime at = MonoTime.Never;

        // Where the bucket could not hold what is promised and what is needed, those who were promised move first, and their taking sets the alarm.
        if (_first is { } first && _promised + first.Need <= Most)
        {
            long missing = _promised + first.Need - _tokens;
            UInt128 wait = missing <= 0 ? 0 : ((((UInt128)(ulong)missing * Billion) - _fraction) + (ulong)Rate - 1) / (ulong)Rate;
            at = MonoTime.Max(_filledAt + MinPause, new MonoTime((long)UInt128.Min((UInt128)(ulong)_filledAt.Nanoseconds + wait, long.MaxValue)));
        }

        if (at == _alarmAt || (at > _alarmAt && !at.IsNever))
            return;
        _alarmAt = at;
        _alarm.Set(at);
    }
}
