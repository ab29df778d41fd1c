using System.Text;

namespace Freshet.SwarmBench.Download;

/// <summary>The figures as a Markdown table: medians, the slope between the sizes, and each against the others.</summary>
internal static class DownloadReport
{
    public static string Write(ComparisonOptions options, IReadOnlyDictionary<(string Client, double Size), List<Measured>> runs)
    {
        var text = new StringBuilder();
        text.Append("# Download from one libtorrent seeder, over loopback\n\n");
        text.Append($"Medians of {options.Runs} runs in rotated order; the seeder has one core, the downloader another; pieces of {options.PieceLength / 1024} KiB; ")
            .Append("data on tmpfs; CPU is user and system time of the downloading process alone; the bytes of every run were compared.\n\n");
        foreach (string version in Downloaders.Versions())
            text.Append($"- {version}\n");
        text.Append("\n| client | GiB | wall s | MiB/s | CPU s | spread of CPU | RssAnon MiB |\n|---|---|---|---|---|---|---|\n");
        foreach (string client in options.Clients)
        {
            foreach (double size in options.Sizes)
            {
                List<Measured> list = runs[(client, size)];
                Measured median = Measured.Median(list);
                text.Append($"| {client} | {size} | {median.Wall:0.00} | {size * 1024 / median.Wall:0} | {median.Cpu:0.00} | ")
                    .Append($"{Measured.Spread(list.Select(static run => run.Cpu)):0%} | {median.AnonymousMiB:0} |\n");
            }
        }

        if (options.Sizes.Count < 2)
            return text.ToString();
        text.Append("\nSlope over the sizes (the median over all pairs of runs of two sizes), which start-up has no part in:\n\n");
        text.Append("| client | CPU s/GiB | MiB/s | CPU against libtorrent | CPU against the floor |\n|---|---|---|---|---|\n");
        foreach (string client in options.Clients)
        {
            (double cpu, double rate) = Slope(client);
            text.Append($"| {client} | {cpu:0.00} | {rate:0} | {Against("libtorrent", cpu)} | {Against("floor", cpu)} |\n");
        }

        return text.ToString();

        (double Cpu, double Rate) Slope(string client)
        {
            (double Size, Measured Run)[] all = [.. options.Sizes.SelectMany(size => runs[(client, size)].Select(run => (size, run)))];
            return (Slopes.Median(all.Select(static run => (run.Size, run.Run.Cpu))), 1024 / Slopes.Median(all.Select(static run => (run.Size, run.Run.Wall))));
        }

        string Against(string other, double cpu) => options.Clients.Contains(other, StringComparer.Ordinal) ? $"{cpu / Slope(other).Cpu:0.00} ×" : "–";
    }
}
