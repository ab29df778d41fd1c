using System.Globalization;
using System.Text;
using Freshet.SwarmBench.Download;

namespace Freshet.SwarmBench.Limits;

/// <summary>
/// Whether a limit is what passes at the socket: payload as an unlimited libtorrent peer counts it on its end of the one connection, over a window after a warm-up. Ends
/// with 1 where one is off by more than <see cref="Tolerance"/>.
/// </summary>
internal static class LimitBench
{
    private const double Tolerance = 0.05;
    private const int Port = 17003;
    private const int PieceLength = 256 * 1024;
    private const double Warmup = 4;
    private const long KiB = 1024, MiB = 1024 * KiB;

    /// <summary>The rates, and how long each is looked at: longest where the buffers of both systems count most beside it.</summary>
    private static readonly (long Rate, double Window)[] Cases = [(256 * KiB, 30), (10 * MiB, 12), (100 * MiB, 8)];

    public static int Run(string[] args)
    {
        string? report = null;
        IReadOnlyList<(long Rate, double Window)> cases = Cases;
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || args[i] is not ("--report" or "--rates"))
            {
                Console.Error.WriteLine("SwarmBench limits: 256 KiB/s, 10 MiB/s and 100 MiB/s, up and down, against libtorrent.\n  [--rates KIB,…] [--report FILE]");
                return 2;
            }

            if (args[i] == "--report")
                report = args[i + 1];
            else
                cases = [.. args[i + 1].Split(',').Select(static kib => (long.Parse(kib, CultureInfo.InvariantCulture) * KiB, Cases[0].Window))];
        }

        string folder = Directory.CreateDirectory($"/dev/shm/freshet-bench-{Environment.ProcessId}").FullName;
        try
        {
            var text = new StringBuilder("# Rate limits at the socket\n\nPayload as libtorrent counts it on its end of the connection, after a warm-up; each side has a core.\n\n");
            foreach (string version in Downloaders.Versions())
                text.Append($"- {version}\n");
            text.Append("\n| limit | direction | window s | libtorrent counts KiB/s | off by | Freshet counts KiB/s |\n|---|---|---|---|---|---|\n");
            bool holds = true;
            foreach ((long rate, double window) in cases)
            {
                foreach (bool isUp in (bool[])[false, true])
                    holds &= Measure(folder, rate, window, isUp, text);
            }

            Console.Write(text);
            if (report is not null)
                File.WriteAllText(report, text.ToString(), new UTF8Encoding(false));
            return holds ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Measure(string folder, long rate, double window, bool isUp, StringBuilder text)
    {
        // Half as much again as the limit lets through, so that nothing ends within the window.
        double gib = Math.Ceiling(1.5 * rate * (window + (2 * Warmup)) / PieceLength) * PieceLength / (1 << 30);
        BenchTorrent torrent = BenchTorrent.Make(folder, gib, PieceLength);
        string target = Directory.CreateDirectory(Path.Combine(folder, "target")).FullName;
        string state = Path.Combine(folder, "state"), port = Port.ToString();
        string[] freshet = ["dotnet", typeof(LimitBench).Assembly.Location, "limited-freshet", isUp ? "seed" : "leech", torrent.Torrent, isUp ? torrent.Folder : target, port, rate.ToString()];
        string[] libtorrent = [Downloaders.Python, BenchTorrent.Unpack(folder, "counting_peer.py"), isUp ? "leech" : "seed", torrent.Torrent, isUp ? target : torrent.Folder, port];

        // The seeder listens, so it is first.
        using CountingProcess first = CountingProcess.Start(core: 0, state, isUp ? freshet : libtorrent);
        using CountingProcess second = CountingProcess.Start(core: 1, state, isUp ? libtorrent : freshet);
        (CountingProcess ours, CountingProcess theirs) = isUp ? (first, second) : (second, first);
        while (Of(theirs.Ask()) == 0)
            Thread.Sleep(50);
        Thread.Sleep(TimeSpan.FromSeconds(Warmup));
        (Count ourStart, Count theirStart) = (ours.Ask(), theirs.Ask());
        Thread.Sleep(TimeSpan.FromSeconds(window));
        (Count ourEnd, Count theirEnd) = (ours.Ask(), theirs.Ask());
        double seen = (Of(theirEnd) - Of(theirStart)) / (theirEnd.Seconds - theirStart.Seconds);
        double counted = isUp
            ? (ourEnd.Up - ourStart.Up) / (ourEnd.Seconds - ourStart.Seconds)
            : (ourEnd.Down - ourStart.Down) / (ourEnd.Seconds - ourStart.Seconds);
        double off = (seen / rate) - 1;
        text.Append(CultureInfo.InvariantCulture, $"| {rate / KiB} KiB/s | {(isUp ? "up" : "down")} | {window:0} | {seen / KiB:0.0} | {off:+0.0%;-0.0%;0.0%} | {counted / KiB:0.0} |\n");
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate / KiB} KiB/s {(isUp ? "up" : "down")}: {seen / KiB:0.0} KiB/s, off by {off:+0.00%;-0.00%}"));
        Directory.Delete(target, recursive: true);
        Directory.Delete(torrent.Folder, recursive: true);
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
        return Math.Abs(off) <= Tolerance;

        long Of(Count count) => isUp ? count.Down : count.Up;
    }
}
