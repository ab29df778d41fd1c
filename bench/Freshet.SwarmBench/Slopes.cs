namespace Freshet.SwarmBench;

/// <summary>What one more GiB costs, out of runs of several sizes.</summary>
internal static class Slopes
{
    /// <summary>The median of the slopes between all pairs of runs of different sizes (Theil and Sen): a run that went astray moves it little.</summary>
    public static double Median(IEnumerable<(double Size, double Cost)> points)
    {
        (double Size, double Cost)[] all = [.. points];
        double[] slopes = [.. all.SelectMany(a => all.Where(b => b.Size > a.Size).Select(b => (b.Cost - a.Cost) / (b.Size - a.Size))).Order()];
        return slopes[slopes.Length / 2];
    }
}
