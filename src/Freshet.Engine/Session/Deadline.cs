using Freshet.Core;

namespace Freshet.Engine.Session;

/// <summary>
/// Something that is due at a time: made once by its owner and set again and again. Costs nothing while it is not set.
/// </summary>
public sealed class Deadline
{
    private readonly DeadlineQueue _queue;

    /// <summary>Makes one that is not set.</summary>
    /// <param name="queue">The queue that will call it.</param>
    /// <param name="due">What to do; the deadline is no longer set when it runs, so it may set it again.</param>
    public Deadline(DeadlineQueue queue, Action<MonoTime> due)
    {
        _queue = queue;
        Due = due;
    }

    /// <summary>When it is due; <see cref="MonoTime.Never"/> while it is not set.</summary>
    public MonoTime At { get; internal set; } = MonoTime.Never;

    /// <summary>What to do.</summary>
    internal Action<MonoTime> Due { get; }

    /// <summary>The place in the heap, or -1.</summary>
    internal int Position { get; set; } = -1;

    /// <summary>Tells equal times apart by the order in which they were set, so that every run is the same.</summary>
    internal long Order { get; set; }

    /// <summary>Sets the time, earlier or later than before; <see cref="MonoTime.Never"/> takes it off.</summary>
    public void Set(MonoTime at) => _queue.Set(this, at);

    /// <summary>Makes it due at a time unless it is due earlier already.</summary>
    public void SetNoLaterThan(MonoTime at)
    {
        if (at < At)
            _queue.Set(this, at);
    }

    /// <summary>Takes it off.</summary>
    public void Clear() => _queue.Set(this, MonoTime.Never);
}
