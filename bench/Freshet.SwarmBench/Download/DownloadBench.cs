using System.Diagnostics;
using System.Text;

namespace Freshet.SwarmBench.Download;

/// <summary>Downloads from one libtorrent seeder: one client after the other, in rotated order, every byte compared.</summary>
internal static class DownloadBench
{
    private const int Port = 17001;

    public static int Run(string[] args)
    {
        if (ComparisonOptions.Parse(args, 1, 2, 3) is not { } options)
        {
            Console.Error.WriteLine($"SwarmBench download: from one libtorrent seeder over loopback.\n{ComparisonOptions.Usage}");
            return 2;
        }

        string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"freshet-bench-{Environment.ProcessId}")).FullName;
        try
        {
            WarmMemory.Touch(folder, (long)(3 * options.Sizes[^1] * (1L << 30)));
            Dictionary<(string Client, double Size), List<Measured>> runs = RunAll(options, folder);
            string report = DownloadReport.Write(options, runs);
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
        var downloaders = new Downloaders(folder, Port);
        var runs = new Dictionary<(string Client, double Size), List<Measured>>();
        foreach (double size in options.Sizes)
        {
            BenchTorrent torrent = BenchTorrent.Make(folder, size, options.PieceLength);
            using Process seeder = downloaders.StartSeeder(core: 0, torrent);
            for (int run = 0; run < options.Runs; run++)
            {
                for (int turn = 0; turn < options.Clients.Count; turn++)
                {
                    string client = options.Clients[(turn + run) % options.Clients.Count];
                    if (!runs.TryGetValue((client, size), out List<Measured>? list))
                        runs[(client, size)] = list = [];
                    list.Add(RunOne(downloaders, client, torrent, folder));
                    Console.Error.WriteLine($"{size} GiB {client}: {list[^1].Wall:0.00} s, {list[^1].Cpu:0.00} CPU-s, {list[^1].AnonymousMiB:0} MiB");
                }
            }

            seeder.StandardInput.Close();
            seeder.WaitForExit();
            Directory.Delete(torrent.Folder, recursive: true);
        }

        return runs;
    }

    private static Measured RunOne(Downloaders downloaders, string client, BenchTorrent torrent, string folder)
    {
        string target = Directory.CreateDirectory(Path.Combine(folder, "target")).FullName;
        string state = Path.Combine(folder, "state");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_STATE_HOME"] = state };
        Measured measured = Measured.Run(core: 1, environment, downloaders.Command(client, torrent, target));
        if (!torrent.IsSame(Path.Combine(target, torrent.Name)))
            throw new InvalidOperationException($"{client} did not download the right bytes");
        Directory.Delete(target, recursive: true);
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
        return measured;
    }
}
