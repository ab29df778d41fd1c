using System.Diagnostics;
using System.Globalization;

namespace Freshet.TrackerBench;

/// <summary>A tracker under load: a process on the first core.</summary>
internal sealed class TrackerProcess : IDisposable
{
    private readonly Process _process;

    private TrackerProcess(Process process) => _process = process;

    /// <summary>Starts one on a port of loopback, for the torrents of a list.</summary>
    public static TrackerProcess Start(string tracker, int port, string folder)
    {
        string[] command = tracker switch
        {
            "freshet" => ["dotnet", Freshet, "tracker", "serve", "--quiet", "--listen", $"127.0.0.1:{port}", "--allow-list", Path.Combine(folder, "list"), "--max-rate", "0"],
            "opentracker" => ["/usr/bin/opentracker", "-i", "127.0.0.1", "-p", $"{port}", "-P", $"{port}", "-d", folder, "-w", "list"],
            _ => throw new ArgumentException($"There is no tracker {tracker}.", nameof(tracker)),
        };
        var start = new ProcessStartInfo("taskset") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-c", "0", .. command])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;

        // Nothing is said that matters, but a full pipe would stop it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new TrackerProcess(process);
    }

    /// <summary>Nanoseconds on a processor, of all its threads.</summary>
    public long CpuNanoseconds()
        => Directory.EnumerateDirectories($"/proc/{_process.Id}/task")
            .Sum(static thread => long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Private memory in MiB.</summary>
    public double AnonymousMiB()
        => File.ReadLines($"/proc/{_process.Id}/status")
            .Where(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Select(static line => double.Parse(line.AsSpan(8).Trim(" kB\t"), provider: CultureInfo.InvariantCulture) / 1024)
            .First();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Freshet => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Freshet.Cli/release/Freshet.Cli.dll"));
}
