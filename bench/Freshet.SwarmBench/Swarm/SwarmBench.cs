using System.Globalization;
using System.Text;
using Freshet.SwarmBench.Download;

namespace Freshet.SwarmBench.Swarm;

/// <summary>
/// One seeder and its leechers, all of one client and with one upload limit each: how close they come to the time that no swarm can beat, and how often the
/// seeder had to send its content.
/// </summary>
internal static class SwarmBench
{
    private const string Usage = """
        SwarmBench swarm: one seeder and N leechers of the same client, an upload limit each, over loopback.

          [--leechers 8] [--mib 64] [--rate 1024] [--runs 3] [--clients freshet,libtorrent] [--folder DIR] [--report FILE]

        --rate      KiB/s up, of each member
        """;

    private const int Port = 17003;

    public static int Run(string[] args)
    {
        if (SwarmOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"freshet-bench-{Environment.ProcessId}")).FullName;
        try
        {
            BenchTorrent torrent = BenchTorrent.Make(folder, options.MiB / 1024.0, 256 * 1024);
            string script = BenchTorrent.Unpack(folder, "swarm_member.py");
            var runs = options.Clients.ToDictionary(static client => client, static _ => new List<SwarmRun>(), StringComparer.Ordinal);
            for (int run = 0; run < options.Runs; run++)
            {
                foreach (string client in options.Clients)
                {
                    SwarmRun played = Play(client, script, torrent, options, folder);
                    runs[client].Add(played);
                    Console.Error.WriteLine($"{client}: last {played.Last:0.0} s, first {played.First:0.0} s, {played.Copies:0.00} copies from the seeder, {played.Cpu:0.0} CPU-s");
                }
            }

            string report = Write(options, runs);
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

    private static SwarmRun Play(string client, string script, BenchTorrent torrent, SwarmOptions options, string folder)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_STATE_HOME"] = Path.Combine(folder, "state") };
        var members = new List<MeasuredProcess>();
        var addresses = new List<string>();
        for (int i = 0; i <= options.Leechers; i++)
        {
            // Member 0 is the seeder. Each has an address of its own, so that nobody takes two for one.
            string address = $"127.0.1.{i + 1}";
            string target = i == 0 ? torrent.Folder : Directory.CreateDirectory(Path.Combine(folder, $"target-{i}")).FullName;
            string[] command = string.Equals(client, "freshet", StringComparison.Ordinal)
                ? ["dotnet", typeof(SwarmBench).Assembly.Location, "member-freshet"]
                : [Downloaders.Python, script];
            addresses.Add($"{address}:{Port}");
            members.Add(MeasuredProcess.Start(
                core: i % Environment.ProcessorCount, environment,
                [.. command, torrent.Torrent, target, address, $"{Port}", $"{options.Rate}", i == 0 ? "seed" : "leech"]));
        }

        foreach (MeasuredProcess member in members)
            member.WaitFor("ready");
        for (int i = 0; i <= options.Leechers; i++)
            members[i].Say(string.Join(' ', addresses.Where((_, other) => other != i)));
        double[] times = [.. members.Skip(1).Select(static member => double.Parse(member.WaitFor("done"), CultureInfo.InvariantCulture))];
        foreach (MeasuredProcess member in members)
            member.EndInput();
        long sent = long.Parse(members[0].WaitFor("uploaded"), CultureInfo.InvariantCulture);
        double cpu = members.Sum(static member => member.WaitForEnd().Cpu);
        foreach (MeasuredProcess member in members)
            member.Dispose();
        for (int i = 1; i <= options.Leechers; i++)
        {
            string target = Path.Combine(folder, $"target-{i}");
            if (!torrent.IsSame(Path.Combine(target, torrent.Name)))
                throw new InvalidOperationException($"leecher {i} of {client} did not get the right bytes");
            Directory.Delete(target, recursive: true);
        }

        foreach (string state in Directory.EnumerateDirectories(folder, "state*"))
            Directory.Delete(state, recursive: true);
        return new SwarmRun(times.Min(), times.Max(), (double)sent / torrent.Length, cpu);
    }

    private static string Write(SwarmOptions options, Dictionary<string, List<SwarmRun>> runs)
    {
        double length = options.MiB * 1048576.0;
        double bound = Math.Max(length / options.Rate, options.Leechers * length / ((options.Leechers + 1.0) * options.Rate));
        var text = new StringBuilder();
        text.Append($"# One seeder and {options.Leechers} leechers of one client, {options.Rate / 1024} KiB/s up each, over loopback\n\n");
        text.Append($"{options.MiB} MiB in pieces of 256 KiB; medians of {options.Runs} runs in turn; every member a process; the bytes of each leecher were compared. ")
            .Append(string.Create(CultureInfo.InvariantCulture, $"No swarm can be done before max(S/u, N·S/((N+1)·u)) = {bound:0.0} s.\n\n"));
        foreach (string version in Downloaders.Versions())
            text.Append($"- {version}\n");
        text.Append("\n| client | first done, s | last done, s | against the bound | copies the seeder sent | CPU s, all members |\n|---|---|---|---|---|---|\n");
        foreach ((string client, List<SwarmRun> all) in runs)
        {
            double last = Measured.Middle(all.Select(static run => run.Last));
            text.Append($"| {client} | {Measured.Middle(all.Select(static run => run.First)):0.0} | {last:0.0} | {last / bound:0.00} × | ")
                .Append($"{Measured.Middle(all.Select(static run => run.Copies)):0.00} | {Measured.Middle(all.Select(static run => run.Cpu)):0.0} |\n");
        }

        return text.ToString();
    }

    private sealed record SwarmRun(double First, double Last, double Copies, double Cpu);
}
