namespace Freshet.SwarmBench;

/// <summary>What one process used from its start to its end.</summary>
/// <param name="Wall">Seconds.</param>
/// <param name="Cpu">User and system seconds, children counted.</param>
/// <param name="AnonymousMiB">The most private memory seen (RssAnon).</param>
internal sealed record Measured(double Wall, double Cpu, double AnonymousMiB)
{
    /// <summary>Runs a command on one core and waits for its end.</summary>
    public static Measured Run(int core, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        using MeasuredProcess process = MeasuredProcess.Start(core, environment, command);
        return process.WaitForEnd();
    }

    public static Measured Median(IReadOnlyCollection<Measured> runs)
        => new(Middle(runs.Select(static run => run.Wall)), Middle(runs.Select(static run => run.Cpu)), Middle(runs.Select(static run => run.AnonymousMiB)));

    /// <summary>How far the extremes lie apart, as a part of the median.</summary>
    public static double Spread(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return (sorted[^1] - sorted[0]) / sorted[sorted.Length / 2];
    }

    public static double Middle(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted[sorted.Length / 2];
    }
}
