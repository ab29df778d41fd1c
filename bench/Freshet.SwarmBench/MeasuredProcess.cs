using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Freshet.SwarmBench;

/// <summary>A process that is being measured: it ends by itself, or when its input does.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private const int SampleMilliseconds = 50;

    private readonly Process _process;
    private readonly string _accounting;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Timer _sampling;
    private double _mostAnonymous;

    private MeasuredProcess(Process process, string accounting)
    {
        _process = process;
        _accounting = accounting;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _sampling = new Timer(_ => _mostAnonymous = Math.Max(_mostAnonymous, AnonymousOf(process.Id)), null, SampleMilliseconds, SampleMilliseconds);
    }

    /// <summary>Starts a command on one core.</summary>
    public static MeasuredProcess Start(int core, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        string accounting = Path.GetTempFileName();
        var start = new ProcessStartInfo("taskset")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-c", core.ToString(), "/usr/bin/time", "-f", "%e %U %S", "-o", accounting, .. command])
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new MeasuredProcess(Process.Start(start)!, accounting);
    }

    /// <summary>Waits for a line of output with these words.</summary>
    /// <returns>What stands behind them.</returns>
    public string WaitFor(string words)
    {
        while (true)
        {
            bool hasEnded = _process.WaitForExit(5);
            if (hasEnded)
                _process.WaitForExit();
            if (_output.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Trim();
            if (hasEnded)
                throw Failure($"said no '{words}'");
        }
    }

    /// <summary>Writes a line to its input.</summary>
    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Ends its input, which some take as the sign to end.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Interrupts it, as Ctrl+C does.</summary>
    public void Interrupt()
    {
        foreach (string child in ChildrenOf(_process.Id))
            Process.Start("kill", ["-INT", child]).WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public Measured WaitForEnd()
    {
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw Failure($"ended with {_process.ExitCode}");
        double[] figures = [.. File.ReadAllText(_accounting).Split(' ').Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];
        File.Delete(_accounting);
        return new Measured(figures[0], figures[1] + figures[2], _mostAnonymous);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sampling.Dispose();
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
    }

    private InvalidOperationException Failure(string what)
        => new($"{string.Join(' ', _process.StartInfo.ArgumentList)} {what}:\n{string.Join('\n', _output)}");

    /// <summary>The private memory of the process under <c>time</c>: its only child, or grandchild.</summary>
    private static double AnonymousOf(int process)
    {
        try
        {
            double own = File.ReadLines($"/proc/{process}/status")
                .Where(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
                .Select(static line => double.Parse(line.AsSpan(8).Trim(" kB\t"), provider: CultureInfo.InvariantCulture) / 1024)
                .FirstOrDefault();
            return ChildrenOf(process).Select(static child => AnonymousOf(int.Parse(child))).Append(own).Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string[] ChildrenOf(int process)
        => File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
