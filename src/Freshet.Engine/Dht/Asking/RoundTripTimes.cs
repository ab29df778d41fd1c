namespace Freshet.Engine.Dht.Asking;

/// <summary>How long answers take, by the mean and the deviation of those that came (RFC 6298): how long a look-up waits before it asks somebody else.</summary>
internal sealed class RoundTripTimes
{
    /// <summary>While nothing is known.</summary>
    private const double FirstSeconds = 1.0;

    private const double LeastSeconds = 0.2;
    private const double MostSeconds = 3.0;

    private double _mean;
    private double _deviation;

    /// <summary>An answer that takes longer than this is late.</summary>
    public TimeSpan Late { get; private set; } = TimeSpan.FromSeconds(FirstSeconds);

    /// <summary>An answer has come.</summary>
    public void Add(TimeSpan time)
    {
        double seconds = Math.Max(0, time.TotalSeconds);
        if (_mean == 0)
        {
            _mean = seconds;
            _deviation = seconds / 2;
        }
        else
        {
            _deviation += (Math.Abs(seconds - _mean) - _deviation) / 4;
            _mean += (seconds - _mean) / 8;
        }

        Late = TimeSpan.FromSeconds(Math.Clamp(_mean + (4 * _deviation), LeastSeconds, MostSeconds));
    }
}
