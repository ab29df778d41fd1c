using Freshet.Core;

namespace Freshet.Engine.Session;

/// <summary>
/// All deadlines of a session in one heap: setting and taking one costs O(log n), and what is idle costs nothing, because nobody looks for it.
/// </summary>
public sealed class DeadlineQueue
{
    private readonly List<Deadline> _heap = [];
    private long _order;

    /// <summary>How many deadlines have come since the start.</summary>
    public long Runs { get; private set; }

    /// <summary>The earliest deadline, or <see cref="MonoTime.Never"/>.</summary>
    public MonoTime Next => _heap.Count == 0 ? MonoTime.Never : _heap[0].At;

    /// <summary>Runs every deadline that is due, those set meanwhile for a time up to <paramref name="now"/> included.</summary>
    public void Run(MonoTime now)
    {
        while (_heap.Count > 0 && _heap[0].At <= now)
        {
            Deadline deadline = _heap[0];
            Remove(deadline);
            Runs++;
            deadline.Due(now);
        }
    }

    internal void Set(Deadline deadline, MonoTime at)
    {
        if (at == deadline.At)
            return;
        if (deadline.Position >= 0)
            Remove(deadline);
        deadline.At = at;
        if (at.IsNever)
            return;
        deadline.Order = _order++;
        _heap.Add(deadline);
        deadline.Position = _heap.Count - 1;
        Rise(deadline.Position);
    }

    private static bool IsBefore(Deadline a, Deadline b) => a.At < b.At || (a.At == b.At && a.Order < b.Order);

    private void Remove(Deadline deadline)
    {
        int position = deadline.Position;
        Deadline last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        deadline.Position = -1;
        deadline.At = MonoTime.Never;
        if (ReferenceEquals(last, deadline))
            return;
        Place(last, position);
        Rise(position);
        Sink(last.Position);
    }

    private void Rise(int position)
    {
        Deadline deadline = _heap[position];
        while (position > 0)
        {
            int parent = (position - 1) / 2;
            if (!IsBefore(deadline, _heap[parent]))
                break;
            Place(_heap[parent], position);
            position = parent;
        }

        Place(deadline, position);
    }

    private void Sink(int position)
    {
        Deadline deadline = _heap[position];
        while (true)
        {
            int child = (2 * position) + 1;
            if (child >= _heap.Count)
                break;
            if (child + 1 < _heap.Count && IsBefore(_heap[child + 1], _heap[child]))
                child++;
            if (!IsBefore(_heap[child], deadline))
                break;
            Place(_heap[child], position);
            position = child;
        }

        Place(deadline, position);
    }

    private void Place(Deadline deadline, int position)
    {
        _heap[position] = deadline;
        deadline.Position = position;
    }
}
