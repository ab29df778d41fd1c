using System.Runtime.CompilerServices;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// The least of the last four samples. One packet that waited behind a busy radio or a sleeping core says nothing of the queue; four in a row that did (RFC 6817, CURRENT_FILTER) do.
/// </summary>
internal struct RecentMinimum
{
    private const int Length = 4;
    private Samples _samples;
    private int _next;
    private int _count;

    /// <summary>Whether there is a sample.</summary>
    public readonly bool IsKnown => _count > 0;

    /// <summary>The least; only where there is one.</summary>
    public readonly long Value
    {
        get
        {
            long least = long.MaxValue;
            for (int i = 0; i < _count; i++)
                least = Math.Min(least, _samples[i]);
            return least;
        }
    }

    /// <summary>Takes a sample in place of the oldest.</summary>
    public void Add(long sample)
    {
        _samples[_next] = sample;
        _next = (_next + 1) % Length;
        _count = Math.Min(_count + 1, Length);
    }

    /// <summary>Forgets all: what comes next is of another time.</summary>
    public void Clear() => (_next, _count) = (0, 0);

    [InlineArray(Length)]
    private struct Samples
    {
        private long _first;
    }
}
