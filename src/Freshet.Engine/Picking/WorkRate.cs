using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// What a connection brings while something is asked of it, smoothed over some twenty seconds of such time. Bursts with pauses between them come out as what they are on
/// average, and who has nothing to do keeps the rate that it had. A mutable struct: keep it in a field, not readonly. Allocates nothing.
/// </summary>
internal struct WorkRate
{
    // A line that others share, a Wi-Fi that scans, or an uploader that serves its peers in turn pauses for seconds: several of those pauses belong into one figure.
    private const double MemorySeconds = 20;

    // One burst, or the pause before the first one, says nothing of the connection.
    private const double LeastSeconds = 4;

    private double _bytes;
    private double _seconds;
    private MonoTime _since;

    /// <summary>Bytes a second; in the first seconds no more than is sure, as if a pause followed.</summary>
    public readonly long BytesPerSecond => (long)(_bytes / Math.Max(_seconds, LeastSeconds));

    /// <summary>Whether the first seconds are over: only then it is known how little a connection brings.</summary>
    public readonly bool IsSettled => _seconds >= LeastSeconds;

    /// <summary>Something is asked for, and nothing was before: the time until then does not count.</summary>
    public void Begin(MonoTime now) => _since = now;

    /// <summary>Bytes came. Time never goes back.</summary>
    public void Add(int bytes, MonoTime now)
    {
        double elapsed = (now - _since).TotalSeconds;
        double kept = Math.Exp(-elapsed / MemorySeconds);
        _bytes = (_bytes * kept) + bytes;
        _seconds = (_seconds * kept) + elapsed;
        _since = now;
    }
}
