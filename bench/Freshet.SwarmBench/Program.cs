using System.Diagnostics;
using System.Text;
using Freshet.SwarmBench;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

const int Port = 17001;
string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"freshet-bench-{Environment.ProcessId}")).FullName;
try
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
                string target = Directory.CreateDirectory(Path.Combine(folder, "target")).FullName;
                var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_STATE_HOME"] = Path.Combine(folder, "state") };
                Measured measured = Measured.Run(core: 1, environment, downloaders.Command(client, torrent, target));
                if (!torrent.IsSame(Path.Combine(target, torrent.Name)))
                    throw new InvalidOperationException($"{client} did not download the right bytes");
                if (!runs.TryGetValue((client, size), out List<Measured>? list))
                    runs[(client, size)] = list = [];
                list.Add(measured);
                Console.Error.WriteLine($"{size} GiB {client}: {measured.Wall:0.00} s, {measured.Cpu:0.00} CPU-s, {measured.AnonymousMiB:0} MiB");
                Directory.Delete(target, recursive: true);
                if (Directory.Exists(environment["XDG_STATE_HOME"]))
                    Directory.Delete(environment["XDG_STATE_HOME"], recursive: true);
            }
        }

        seeder.StandardInput.Close();
        seeder.WaitForExit();
        Directory.Delete(torrent.Folder, recursive: true);
    }

    string report = Report.Write(options, runs);
    Console.Write(report);
    if (options.Report is { } file)
        File.WriteAllText(file, report, new UTF8Encoding(false));
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
