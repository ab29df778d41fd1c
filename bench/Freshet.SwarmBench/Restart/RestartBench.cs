using System.Globalization;
using System.Text;

namespace Freshet.SwarmBench.Restart;

/// <summary>
/// What a restart with many idle seeding torrents costs: the time until all seed, the private memory of each (the difference to a session with one), and the processor
/// time while nothing happens.
/// </summary>
internal static class RestartBench
{
    private const string Usage = """
        SwarmBench restart: freshet seed, restarted with many small torrents that nobody comes for.
          [--torrents 1000] [--runs 3] [--idle SECONDS] [--folder DIR] [--report FILE]
        """;

    public static int Run(string[] args)
    {
        int torrents = 1000;
        int runs = 3;
        double idle = 30;
        string root = "/dev/shm";
        string? file = null;
        for (int i = 0; i < args.Length; i += 2)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--torrents" when value is not null:
                    torrents = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--runs" when value is not null:
                    runs = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--idle" when value is not null:
                    idle = double.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--folder" when value is not null:
                    root = value;
                    break;
                case "--report" when value is not null:
                    file = value;
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        string folder = Directory.CreateDirectory(Path.Combine(root, $"freshet-bench-{Environment.ProcessId}")).FullName;
        try
        {
            string report = RunAll(folder, torrents, runs, idle);
            Console.Write(report);
            if (file is not null)
                File.WriteAllText(file, report, new UTF8Encoding(false));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string RunAll(string folder, int torrents, int runs, double idle)
    {
        var one = new SeedingSession(Path.Combine(folder, "one"), 1);
        var many = new SeedingSession(Path.Combine(folder, "many"), torrents);
        one.SeedOnce();
        many.SeedOnce();
        var table = new StringBuilder();
        for (int run = 0; run < runs; run++)
        {
            RestartFigures alone = one.Restart(idle);
            RestartFigures all = many.Restart(idle);
            double each = (all.AnonymousKiB - alone.AnonymousKiB) / (torrents - 1);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {alone.SecondsToSeed:0.00} | {all.SecondsToSeed:0.00} | {alone.AnonymousKiB / 1024:0.0} | {all.AnonymousKiB / 1024:0.0} | {each:0.0} | {alone.IdleMilliseconds:0.0} | {all.IdleMilliseconds:0.0} | {all.Handles - alone.Handles} |");
            Console.Error.WriteLine($"run {run + 1}: {all}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            # Restart with {torrents} idle seeding torrents

            `freshet seed` without a torrent, beside the same with one. Seconds run from the start of the process to the event that says that all seed. Private memory is RssAnon after
            {idle:0} idle seconds; each torrent's is the difference to the session with one, by the number of further torrents. CPU is user and system time over these seconds. Torrents of five
            pieces, no trackers; load of the machine at the end: {File.ReadAllText("/proc/loadavg").Split(' ')[0]} on {Environment.ProcessorCount} cores.

            | s, one | s, {torrents} | MiB, one | MiB, {torrents} | **KiB each** | CPU ms/s, one | CPU ms/s, {torrents} | further handles |
            |---|---|---|---|---|---|---|---|
            {table}
            """);
    }
}
