using System.Globalization;
using System.Text;
using Freshet.SwarmBench.Download;

namespace Freshet.SwarmBench.Upload;

/// <summary>Each client seeds a torrent to four libtorrent leechers at once, who do not know each other.</summary>
internal static class UploadBench
{
    /// <summary>The leechers: enough that the seeder has several sockets to fill, few enough that one core bears them.</summary>
    public const int Leechers = 4;

    private const int Port = 17002;

    public static int Run(string[] args)
    {
        if (ComparisonOptions.Parse(args, 0.5, 1) is not { } options)
        {
            Console.Error.WriteLine($"SwarmBench upload: to {Leechers} libtorrent leechers at once over loopback.\n{ComparisonOptions.Usage}");
            return 2;
        }

        string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"freshet-bench-{Environment.ProcessId}")).FullName;
        try
        {
            WarmMemory.Touch(folder, (long)((1 + Leechers) * options.Sizes[^1] * (1L << 30)));
            string report = UploadReport.Write(options, RunAll(options, folder));
            Console.Write(report);
            if (options.Report is { } file)
                File.WriteAllText(file, report, new UTF8Encoding(false));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<(string Client, double Size), List<Measured>> RunAll(ComparisonOptions options, string folder)
    {
        var seeders = new Seeders(folder, Port);
        string leecher = BenchTorrent.Unpack(folder, "leech_alone.py");
        var runs = new Dictionary<(string Client, double Size), List<Measured>>();
        foreach (double size in options.Sizes)
        {
            BenchTorrent torrent = BenchTorrent.Make(folder, size, options.PieceLength);
            for (int run = 0; run < options.Runs; run++)
            {
                for (int turn = 0; turn < options.Clients.Count; turn++)
                {
                    string client = options.Clients[(turn + run) % options.Clients.Count];
                    Measured measured = RunOne(seeders, client, torrent, leecher, folder);
                    if (!runs.TryGetValue((client, size), out List<Measured>? list))
                        runs[(client, size)] = list = [];
                    list.Add(measured);
                    Console.Error.WriteLine(
                        $"{size} GiB × {Leechers} {client}: {measured.Wall:0.00} s, {measured.Cpu:0.00} CPU-s, {measured.AnonymousMiB:0} MiB");
                }
            }

            Directory.Delete(torrent.Folder, recursive: true);
        }

        return runs;
    }

    /// <summary>One run: the wall time is that of the slowest leecher, the CPU the seeder's from its start to its end.</summary>
    private static Measured RunOne(Seeders seeders, string client, BenchTorrent torrent, string leecher, string folder)
    {
        string state = Path.Combine(folder, "state");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_STATE_HOME"] = state };
        using MeasuredProcess seeder = seeders.Start(client, core: 0, torrent, environment);
        var leechers = new List<MeasuredProcess>();
        for (int i = 0; i < Leechers; i++)
        {
            string target = Directory.CreateDirectory(Path.Combine(folder, $"target-{i}")).FullName;
            leechers.Add(MeasuredProcess.Start(core: 1, environment, Downloaders.Python, leecher, torrent.Torrent, target, "127.0.0.1", Port.ToString()));
        }

        double slowest = 0;
        foreach (MeasuredProcess each in leechers)
        {
            slowest = Math.Max(slowest, double.Parse(each.WaitFor("done"), CultureInfo.InvariantCulture));
            each.WaitForEnd();
            each.Dispose();
        }

        Measured measured = Seeders.End(client, seeder) with { Wall = slowest };
        for (int i = 0; i < Leechers; i++)
        {
            string target = Path.Combine(folder, $"target-{i}");
            if (!torrent.IsSame(Path.Combine(target, torrent.Name)))
                throw new InvalidOperationException($"leecher {i} of {client} did not get the right bytes");
            Directory.Delete(target, recursive: true);
        }

        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
        return measured;
    }
}
