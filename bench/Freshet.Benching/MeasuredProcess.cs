using System.Collections.Concurrent;
using System.Diagnostics;

namespace Freshet.Benching;

/// <summary>A process that is being measured: it ends by itself, when its input does, or when it is interrupted.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private const int SampleMilliseconds = 50;

    /// <summary>Longer than any run of any row: who hangs is told, and does not keep a machine for a night.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly Process _process;
    private readonly string _accounting;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Timer _sampling;
    private double _mostAnonymousKiB;
    private int _isDisposed;

    private MeasuredProcess(Process process, string accounting)
    {
        _process = process;
        _accounting = accounting;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _sampling = new Timer(_ => _mostAnonymousKiB = Math.Max(_mostAnonymousKiB, ProcessFile.Family(process.Id).Select(ProcessFile.AnonymousKiB).Append(0).Max()), null, SampleMilliseconds, SampleMilliseconds);
    }

    /// <summary>Starts a command on some cores ("0", "0,1"). What it remembers it remembers within the workplace.</summary>
    public static MeasuredProcess Start(Workplace workplace, string cores, params string[] command)
    {
        string accounting = Path.GetTempFileName();
        var start = new ProcessStartInfo(workplace.Stopwatch, [cores, accounting, .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_STATE_HOME"] = workplace["state"];
        start.Environment["XDG_CACHE_HOME"] = workplace["cache"];
        return workplace.Own(new MeasuredProcess(Process.Start(start)!, accounting));
    }

    /// <summary>Runs a command on some cores and waits for its end.</summary>
    public static Measured Run(Workplace workplace, string cores, params string[] command)
    {
        using MeasuredProcess process = Start(workplace, cores, command);
        return process.WaitForEnd();
    }

    /// <summary>The command's process.</summary>
    public int Id => ProcessFile.Family(_process.Id).Last();

    /// <summary>Waits for a line of output with these words.</summary>
    /// <returns>What stands behind them.</returns>
    public string WaitFor(string words)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            bool hasEnded = _process.WaitForExit(5);
            if (hasEnded)
                _process.WaitForExit();
            if (_output.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Trim();
            if (hasEnded || waited.Elapsed > Patience)
                throw Failure($"said no '{words}'");
        }
    }

    /// <summary>Writes a line to its input.</summary>
    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Ends its input, which some take as the sign to end.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Interrupts it, as Ctrl+C does.</summary>
    public void Interrupt() => Process.Start("kill", ["-INT", $"{Id}"]).WaitForExit();

    /// <summary>Waits for its end.</summary>
    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public Measured WaitForEnd()
    {
        if (!_process.WaitForExit(Patience))
            throw Failure("did not end");

        // Until its output is read, too.
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw Failure($"ended with {_process.ExitCode}");
        double[] figures = [.. File.ReadAllText(_accounting).Split(' ').Select(double.Parse)];
        return new Measured(figures[0], figures[1] + figures[2], _mostAnonymousKiB / 1024);
    }

    /// <summary>Ends it, if it has not ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        _sampling.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        File.Delete(_accounting);
    }

    private void Note(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
    }

    private InvalidOperationException Failure(string what)
        => new($"{string.Join(' ', _process.StartInfo.ArgumentList.Skip(2))} {what}:\n{string.Join('\n', _output)}");
}
