using System.Diagnostics;

namespace Freshet.SwarmBench.Limits;

/// <summary>What a process has counted at a moment of its own clock.</summary>
/// <param name="Up">Payload bytes out.</param>
/// <param name="Down">Payload bytes in.</param>
/// <param name="Seconds">Its clock.</param>
internal readonly record struct Count(long Up, long Down, double Seconds)
{
    /// <summary>Bytes a second since an earlier count.</summary>
    public double RateSince(Count earlier, bool isUp) => (isUp ? Up - earlier.Up : Down - earlier.Down) / (Seconds - earlier.Seconds);
}

/// <summary>A peer in a process of its own that says "ready" and then answers each line with what it has counted.</summary>
internal sealed class CountingProcess : IDisposable
{
    private readonly Process _process;

    private CountingProcess(Process process) => _process = process;

    /// <summary>Starts a command on one core and waits until it is ready.</summary>
    public static CountingProcess Start(Workplace workplace, string core, params string[] command)
    {
        var start = new ProcessStartInfo(workplace.Stopwatch, [core, "/dev/null", .. command]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["XDG_STATE_HOME"] = workplace["state"];
        var process = new CountingProcess(Process.Start(start)!);
        while (process.Read() != "ready")
        {
        }

        return process;
    }

    /// <summary>What it has counted now.</summary>
    public Count Ask()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        string[] words = Read().Split(' ');
        return new Count(long.Parse(words[1]), long.Parse(words[2]), double.Parse(words[3]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Read() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{_process.StartInfo.ArgumentList[2]} ended too early");
}
