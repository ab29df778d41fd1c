namespace Freshet.Simulator.Utp;

/// <summary>How long packets waited in a queue, to a millisecond.</summary>
public sealed class WaitRecord
{
    private readonly long[] _milliseconds = new long[2000];
    private double _sum;

    /// <summary>Packets counted.</summary>
    public long Count { get; private set; }

    /// <summary>The mean in milliseconds.</summary>
    public double Mean => Count == 0 ? 0 : _sum / Count;

    /// <summary>The longest wait in milliseconds.</summary>
    public double Longest { get; private set; }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Array.Clear(_milliseconds);
        (_sum, Count, Longest) = (0, 0, 0);
    }

    /// <summary>The wait in milliseconds that a share of the packets did not exceed.</summary>
    public int Percentile(double share)
    {
        long left = (long)(share * Count);
        for (int i = 0; i < _milliseconds.Length; i++)
        {
            left -= _milliseconds[i];
            if (left < 0)
                return i + 1;
        }

        return _milliseconds.Length;
    }

    internal void Add(TimeSpan wait)
    {
        double milliseconds = wait.TotalMilliseconds;
        _milliseconds[Math.Min((int)milliseconds, _milliseconds.Length - 1)]++;
        _sum += milliseconds;
        Longest = Math.Max(Longest, milliseconds);
        Count++;
    }
}
