using System.Diagnostics;

namespace Freshet.Cli.Output;

/// <summary>
/// How far a long piece of work is: on a terminal a bar with rate and time left, redrawn in place; elsewhere a line every ten seconds. Told from any thread.
/// </summary>
internal sealed class WorkMeter(CommandContext context, string what)
{
    // Where there is not even room for the least the bar gives way.
    private const int LeastBar = 8, MostBar = 30;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private readonly ProgressLine _line = new(context);
    private readonly bool _isLive = context is { UsesAnsi: true, Streams.IsTerminal: true };
    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _lastLine = Stopwatch.GetTimestamp();

    public void Show(long done, long total)
    {
        if (_isLive)
        {
            string facts = Describe(done, total);
            int bar = Math.Min(MostBar, context.Streams.Width() - what.Length - facts.Length - 5);
            _line.Show(bar < LeastBar ? $"{what} {facts}" : $"{what} {Bar(done, total, bar)} {facts}");
            return;
        }

        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_lastLine) < LineInterval)
                return;
            _lastLine = Stopwatch.GetTimestamp();
            context.Say($"{what} {Describe(done, total)}");
        }
    }

    public void Clear() => _line.Clear();

    private string Describe(long done, long total)
    {
        double seconds = Math.Max(Stopwatch.GetElapsedTime(_started).TotalSeconds, 0.001);
        double rate = done / seconds;
        string left = rate > 0 ? Amounts.Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, TimeSpan.MaxValue.TotalSeconds / 2))) : "-";
        return $"{Amounts.Percent(Part(done, total))} of {Amounts.Bytes(total)}, {Amounts.Rate(rate)}, ETA {left}";
    }

    private static string Bar(long done, long total, int width)
    {
        int full = (int)(Part(done, total) * width);
        return new string('━', full) + new string('─', width - full);
    }

    private static double Part(long done, long total) => total == 0 ? 1 : (double)done / total;
}
