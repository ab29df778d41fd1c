using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>
/// When a tracker may be asked again: its own intervals after an answer, a back-off of its own after none. Knows nothing of any other tracker,
/// so that a dead one never delays a live one (THREATS F6).
/// </summary>
public sealed class TrackerSchedule
{
    /// <summary>The shortest time between two announces that are no events: what no tracker takes for a storm.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(30);

    /// <summary>The longest back-off: after an outage every torrent is back within an hour (THREATS F6).</summary>
    public static readonly TimeSpan MaxBackOff = TimeSpan.FromHours(1);

    /// <summary>What a tracker gets that names no interval, as most name half an hour.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(30);

    /// <summary>The longest interval that is obeyed; a larger one (2^31 s) would mean never (THREATS U8).</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromHours(24);

    /// <summary>
    /// The part of an interval by which a torrent may come later than it must, each by a share of its own: those that were announced in one burst, at a start or after an
    /// outage, come apart within some rounds. Never earlier: trackers mind that.
    /// </summary>
    public const double MaxSpread = 0.1;

    /// <summary>Failures that are retried after <see cref="Floor"/> while a torrent has had no answer from anyone yet.</summary>
    private const int QuickRetries = 3;

    private readonly double _stretch;
    private TimeSpan _minInterval = Floor;
    private MonoTime _lastAsked = MonoTime.Never;

    /// <summary>Starts with an announce that is due at once.</summary>
    /// <param name="share">The share of <see cref="MaxSpread"/> that each interval is longer by, 0 to 1.</param>
    public TrackerSchedule(double share = 0) => _stretch = 1 + (MaxSpread * share);

    /// <summary>When the next announce is due without any need; <see cref="MonoTime.Never"/> where the tracker said so.</summary>
    public MonoTime NextAt { get; private set; } = MonoTime.Zero;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether the tracker said never to ask again (BEP 31).</summary>
    public bool IsNever { get; private set; }

    /// <summary>The earliest time for an announce that is wanted but no event.</summary>
    public MonoTime EarliestAt
        => IsNever ? MonoTime.Never : _lastAsked.IsNever ? MonoTime.Zero : _lastAsked + (Failures > 0 ? Floor : _minInterval);

    /// <summary>The earliest time for an announce that a person asked for.</summary>
    public MonoTime HurriedAt => _lastAsked.IsNever ? MonoTime.Zero : _lastAsked + Floor;

    /// <summary>Whether more peers may be asked for before the interval is over: only where the tracker itself names a minimum.</summary>
    public bool HasMinInterval { get; private set; }

    /// <summary>An announce is on its way.</summary>
    public void Asked(MonoTime now)
    {
        _lastAsked = now;
        NextAt = MonoTime.Never;
    }

    /// <summary>The tracker answered.</summary>
    /// <param name="interval">Its interval, if it named one.</param>
    /// <param name="minInterval">Its least interval, if it named one.</param>
    /// <param name="now">The time.</param>
    public void Answered(TimeSpan? interval, TimeSpan? minInterval, MonoTime now)
    {
        // Over UDP the question may have come to the tracker only at its last repeat.
        _lastAsked = now;
        Failures = 0;
        TimeSpan wanted = interval is { } named && named > TimeSpan.Zero ? named : DefaultInterval;
        HasMinInterval = minInterval is { } least && least > TimeSpan.Zero;
        _minInterval = HasMinInterval ? Clamp(minInterval!.Value) : Clamp(wanted);
        NextAt = now + ((wanted > _minInterval ? Clamp(wanted) : _minInterval) * _stretch);
    }

    /// <summary>The tracker did not answer, or with an error.</summary>
    /// <param name="retryIn">BEP 31 <c>retry in</c>; <see cref="TimeSpan.MaxValue"/> for "never".</param>
    /// <param name="isNewTorrent">Whether no tracker of the torrent has answered yet: then the first retries come quickly.</param>
    /// <param name="now">The time.</param>
    public void Failed(TimeSpan? retryIn, bool isNewTorrent, MonoTime now)
    {
        Failures++;
        if (retryIn == TimeSpan.MaxValue)
        {
            IsNever = true;
            NextAt = MonoTime.Never;
            return;
        }

        if (retryIn is { } wait)
        {
            NextAt = now + Clamp(wait);
            return;
        }

        int doublings = isNewTorrent ? Math.Max(0, Failures - QuickRetries) : Failures;
        double seconds = Math.Min(Floor.TotalSeconds * Math.Pow(2, Math.Min(doublings, 16)), MaxBackOff.TotalSeconds);
        NextAt = now + TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Forgets the time of the next announce: the torrent starts anew.</summary>
    public void Restart()
    {
        NextAt = IsNever ? MonoTime.Never : MonoTime.Zero;
        Failures = 0;
    }

    private static TimeSpan Clamp(TimeSpan interval) => interval < Floor ? Floor : interval > MaxInterval ? MaxInterval : interval;
}
