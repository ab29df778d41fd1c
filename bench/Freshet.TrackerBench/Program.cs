using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Freshet.TrackerBench;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = Directory.CreateTempSubdirectory("freshet-tracker-bench-").FullName;
try
{
    string load = Load.Build(folder);
    Load.WriteList(folder, options.Torrents);

    // opentracker gives its rights up before it reads the list.
    Process.Start("chmod", ["-R", "a+rX", folder]).WaitForExit();
    var runs = new Dictionary<(string Tracker, string Protocol), List<(double Rate, double Microseconds, double MiB, long Lost)>>();
    int port = 17100;
    foreach (string protocol in options.Protocols)
    {
        for (int run = 0; run < options.Runs; run++)
        {
            for (int turn = 0; turn < options.Trackers.Count; turn++)
            {
                string tracker = options.Trackers[(turn + run) % options.Trackers.Count];
                using TrackerProcess process = TrackerProcess.Start(tracker, ++port, folder);
                WaitUntilListening(port);
                for (long warm = 0; warm < options.WarmUp;)
                    warm += Load.Run(load, protocol, port, options, 1).Answers;
                long before = process.CpuNanoseconds();
                Load made = Load.Run(load, protocol, port, options, options.Seconds);
                double microseconds = (process.CpuNanoseconds() - before) / 1e3 / made.Answers;
                if (made.Errors > made.Answers / 1000)
                    throw new InvalidOperationException($"{tracker} refused {made.Errors} announces");
                if (!runs.TryGetValue((tracker, protocol), out var list))
                    runs[(tracker, protocol)] = list = [];
                list.Add((made.Answers / made.Seconds, microseconds, process.AnonymousMiB(), made.Lost));
                Console.Error.WriteLine($"{protocol} {tracker}: {made.Answers / made.Seconds:0}/s, {microseconds:0.00} µs CPU an announce, {made.Lost} lost");
            }
        }
    }

    var text = new StringBuilder();
    text.Append("| protocol | tracker | announces/s | CPU µs an announce | spread of CPU | RssAnon MiB | lost |\n|---|---|---|---|---|---|---|\n");
    foreach (string protocol in options.Protocols)
    {
        foreach (string tracker in options.Trackers)
        {
            var list = runs[(tracker, protocol)];
            double cpu = Median(list.Select(static run => run.Microseconds));
            double spread = (list.Max(static run => run.Microseconds) - list.Min(static run => run.Microseconds)) / cpu;
            text.Append($"| {protocol} | {tracker} | {Median(list.Select(static run => run.Rate)):0} | {cpu:0.00} | {spread:0%} | ")
                .Append($"{Median(list.Select(static run => run.MiB)):0} | {list.Sum(static run => run.Lost)} |\n");
        }

        if (options.Trackers.Count != 2)
            continue;
        var (first, second) = (runs[(options.Trackers[0], protocol)], runs[(options.Trackers[1], protocol)]);
        text.Append($"| {protocol} | {options.Trackers[0]} against {options.Trackers[1]} | ")
            .Append($"{Median(first.Select(static run => run.Rate)) / Median(second.Select(static run => run.Rate)):0.00} × | ")
            .Append($"{Median(first.Select(static run => run.Microseconds)) / Median(second.Select(static run => run.Microseconds)):0.00} × | | | |\n");
    }

    Console.Write(text);
    if (options.Report is { } report)
        File.WriteAllText(report, text.ToString());
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static void WaitUntilListening(int port)
{
    for (int attempt = 0; ; attempt++)
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return;
        }
        catch (SocketException) when (attempt < 300)
        {
            Thread.Sleep(50);
        }
    }
}

static double Median(IEnumerable<double> figures)
{
    double[] sorted = [.. figures.Order()];
    return sorted[sorted.Length / 2];
}
