using Freshet.Core;

namespace Freshet.Simulator.Utp;

/// <summary>A host's own clock: it began at another time, and runs a little fast or slow.</summary>
/// <param name="Ahead">What it shows when the world begins.</param>
/// <param name="PartsPerMillion">By how much it runs fast.</param>
public sealed record HostClock(TimeSpan Ahead = default, double PartsPerMillion = 0)
{
    private double Pace => 1 + (PartsPerMillion / 1e6);

    /// <summary>What it shows at a time of the world.</summary>
    public MonoTime Show(MonoTime world) => new MonoTime((long)(world.Nanoseconds * Pace)) + Ahead;

    /// <summary>When it will show a time.</summary>
    public MonoTime When(MonoTime shown) => shown.IsNever ? shown : new MonoTime((long)Math.Ceiling((shown - Ahead).Nanoseconds / Pace));
}
