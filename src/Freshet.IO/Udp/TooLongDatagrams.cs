using Freshet.Abstractions;

namespace Freshet.IO.Udp;

/// <summary>Datagrams that the way out did not take because of their length, until who wrote them is told.</summary>
internal sealed class TooLongDatagrams
{
    /// <summary>More than this are not kept: they count as lost in time, as anything that is dropped further on.</summary>
    private const int MaxKept = 32;

    private readonly List<(DatagramAddress To, int Length)> _kept = new(MaxKept);

    /// <summary>Notes one; the same as the last one is noted once.</summary>
    public void Add(in DatagramAddress to, int length)
    {
        if (_kept.Count < MaxKept && (_kept.Count == 0 || _kept[^1] != (to, length)))
            _kept.Add((to, length));
    }

    /// <summary>Tells of them.</summary>
    public void Tell(IUtpReceiver receiver)
    {
        // Who is told may write, and so add more.
        int count = _kept.Count;
        for (int i = 0; i < count; i++)
            receiver.TooLong(_kept[i].To, _kept[i].Length);
        _kept.RemoveRange(0, count);
    }

    /// <summary>Forgets them.</summary>
    public void Clear() => _kept.Clear();

    /// <summary>Whether there are any.</summary>
    public bool IsEmpty => _kept.Count == 0;
}
