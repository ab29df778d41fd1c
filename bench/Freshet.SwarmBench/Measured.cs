using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

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
        string accounting = Path.GetTempFileName();
        var start = new ProcessStartInfo("taskset") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-c", core.ToString(), "/usr/bin/time", "-f", "%e %U %S", "-o", accounting, .. command])
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        var output = new ConcurrentQueue<string?>();
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        double most = 0;
        while (!process.WaitForExit(20))
            most = Math.Max(most, AnonymousOf(process.Id));
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}:\n{string.Join('\n', output)}");
        double[] figures = [.. File.ReadAllText(accounting).Split(' ').Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];
        File.Delete(accounting);
        return new Measured(figures[0], figures[1] + figures[2], most);
    }

    public static Measured Median(IReadOnlyCollection<Measured> runs)
        => new(Middle(runs.Select(static run => run.Wall)), Middle(runs.Select(static run => run.Cpu)), Middle(runs.Select(static run => run.AnonymousMiB)));

    /// <summary>How far the extremes lie apart, as a part of the median.</summary>
    public static double Spread(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return (sorted[^1] - sorted[0]) / sorted[sorted.Length / 2];
    }

    private static double Middle(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>The private memory of the process under <c>time</c>: its only child, or grandchild.</summary>
    private static double AnonymousOf(int process)
    {
        try
        {
            double own = File.ReadLines($"/proc/{process}/status")
                .Where(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
                .Select(static line => double.Parse(line.AsSpan(8).Trim(" kB\t"), provider: CultureInfo.InvariantCulture) / 1024)
                .FirstOrDefault();
            string children = File.ReadAllText($"/proc/{process}/task/{process}/children");
            return children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static child => AnonymousOf(int.Parse(child))).Append(own).Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
