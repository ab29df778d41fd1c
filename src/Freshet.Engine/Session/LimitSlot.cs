using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Engine.Session;

/// <summary>A limit that may be set, changed and lifted: the bucket while there is one, and its alarm among the session's deadlines.</summary>
internal sealed class LimitSlot(DeadlineQueue deadlines)
{
    /// <summary>The bucket, or null: no limit.</summary>
    public RateBucket? Bucket { get; private set; }

    /// <summary>Sets or lifts the limit; true where there is a limit now and was none, or the other way round: then gates are made anew.</summary>
    public bool Set(long? rate, MonoTime now)
    {
        if (rate is { } bytes && Bucket is { } bucket)
        {
            bucket.SetRate(bytes, now);
            return false;
        }

        bool had = Bucket is not null;
        Bucket = rate is { } limit ? new RateBucket(limit, new Alarm(deadlines, this), now) : null;
        return had != Bucket is not null;
    }

    private sealed class Alarm : IRateAlarm
    {
        private readonly Deadline _deadline;

        public Alarm(DeadlineQueue deadlines, LimitSlot slot) => _deadline = new Deadline(deadlines, now => slot.Bucket?.Run(now));

        public void Set(MonoTime at) => _deadline.Set(at);
    }
}
