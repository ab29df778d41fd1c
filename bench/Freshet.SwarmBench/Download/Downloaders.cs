using System.Diagnostics;

namespace Freshet.SwarmBench.Download;

/// <summary>The clients that are compared, each as the command that downloads a torrent from one peer and ends.</summary>
internal sealed class Downloaders(string folder, int port)
{
    public const string Python = "/usr/bin/python3";
    private readonly string _script = BenchTorrent.Unpack(folder, "libtorrent_peer.py");
    private string? _floor;

    public string[] Command(string client, BenchTorrent torrent, string target) => client switch
    {
        "freshet" => ["dotnet", Freshet, "download", torrent.Torrent, "-o", target, "--peer", $"127.0.0.1:{port}", "--no-trackers", "-q"],
        "libtorrent" => [Python, _script, "leech", torrent.Torrent, target, "127.0.0.1", port.ToString()],
        "floor" => [Floor(), torrent.InfoHash, torrent.Length.ToString(), torrent.PieceLength.ToString(), torrent.Hashes, "127.0.0.1", port.ToString(), Path.Combine(target, torrent.Name)],
        _ => throw new ArgumentException($"no client '{client}'", nameof(client)),
    };

    /// <summary>Starts the seeder on a core and waits until it seeds.</summary>
    public Process StartSeeder(int core, BenchTorrent torrent)
    {
        var start = new ProcessStartInfo("taskset") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-c", core.ToString(), Python, _script, "seed", torrent.Torrent, torrent.Folder, port.ToString()])
            start.ArgumentList.Add(argument);
        Process seeder = Process.Start(start)!;
        while (seeder.StandardOutput.ReadLine() is { } line && line != "ready")
        {
        }

        return seeder;
    }

    public static IEnumerable<string> Versions()
    {
        yield return Line("dotnet", "--version", "dotnet SDK ");
        yield return Line(Python, "-c import~libtorrent;print(libtorrent.version)", "libtorrent ");
        yield return Line("gcc", "--version", "");
        yield return Line("uname", "-srm", "");
        yield return File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "";
    }

    public static string Freshet => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Freshet.Cli/release/Freshet.Cli.dll"));

    private static string Line(string command, string arguments, string prefix)
    {
        var start = new ProcessStartInfo(command) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in arguments.Split(' '))
            start.ArgumentList.Add(argument.Replace('~', ' '));
        using Process process = Process.Start(start)!;
        return prefix + process.StandardOutput.ReadLine();
    }

    private string Floor() => _floor ??= BenchTorrent.Compile(folder, "floor_download", "-lcrypto");
}
