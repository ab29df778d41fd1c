namespace Freshet.Benching;

/// <summary>What runs say together.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>How far the extremes lie apart, as a part of the median.</summary>
    public static double Spread(IReadOnlyCollection<double> figures) => (figures.Max() - figures.Min()) / Math.Abs(Median(figures));

    /// <summary>What one more of an amount costs: the median of the slopes between all pairs of runs of different amounts (Theil and Sen), so that a run that went astray moves it little.</summary>
    public static double Slope(IReadOnlyCollection<(double Amount, double Cost)> runs)
        => Median(runs.SelectMany(a => runs.Where(b => b.Amount > a.Amount).Select(b => (b.Cost - a.Cost) / (b.Amount - a.Amount))));

    /// <summary>What nothing costs: start and end of a process, which the slope has no part in.</summary>
    public static double Intercept(IReadOnlyCollection<(double Amount, double Cost)> runs)
    {
        double slope = Slope(runs);
        return Median(runs.Select(run => run.Cost - (slope * run.Amount)));
    }
}
