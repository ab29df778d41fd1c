using System.Runtime.CompilerServices;
using Freshet.Core;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// The least of ten minutes, kept as one least for each minute (RFC 6817, BASE_HISTORY): a path that grew longer is believed after ten minutes, and until then a queue that others
/// keep full is not taken for the path.
/// </summary>
internal struct MinuteMinima
{
    private const int Minutes = 10;
    private const long MinuteNanoseconds = 60_000_000_000;
    private Buckets _buckets;
    private long _minute;

    /// <summary>Begins without a sample.</summary>
    public MinuteMinima()
    {
        ((Span<long>)_buckets).Fill(long.MaxValue);
        Value = long.MaxValue;
    }

    /// <summary>Whether there is a sample.</summary>
    public readonly bool IsKnown => Value != long.MaxValue;

    /// <summary>The least; <see cref="long.MaxValue"/> where there is no sample.</summary>
    public long Value { get; private set; }

    /// <summary>Takes a sample.</summary>
    public void Add(long sample, MonoTime now)
    {
        Turn(now.Nanoseconds / MinuteNanoseconds);
        ref long bucket = ref _buckets[(int)(_minute % Minutes)];
        bucket = Math.Min(bucket, sample);
        Value = Math.Min(Value, sample);
    }

    /// <summary>Nothing below this was true: lifts what was kept below it.</summary>
    public void Raise(long floor)
    {
        foreach (ref long bucket in (Span<long>)_buckets)
            bucket = Math.Max(bucket, floor);
        Value = Math.Max(Value, floor);
    }

    private void Turn(long minute)
    {
        if (minute == _minute)
            return;
        Span<long> buckets = _buckets;
        for (long i = Math.Max(_minute + 1, minute - Minutes + 1); i <= minute; i++)
            buckets[(int)(i % Minutes)] = long.MaxValue;
        _minute = minute;
        Value = long.MaxValue;
        foreach (long bucket in buckets)
            Value = Math.Min(Value, bucket);
    }

    [InlineArray(Minutes)]
    private struct Buckets
    {
        private long _first;
    }
}
