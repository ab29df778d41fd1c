using System.Text;
using Freshet.SwarmBench.Download;

namespace Freshet.SwarmBench.Upload;

/// <summary>The figures of uploads as Markdown tables: medians, CPU a GiB sent, the slope between the sizes, and each against the others.</summary>
internal static class UploadReport
{
    public static string Write(ComparisonOptions options, IReadOnlyDictionary<(string Client, double Size), List<Measured>> runs)
    {
        var text = new StringBuilder();
        text.Append($"# Upload to {UploadBench.Leechers} libtorrent leechers at once, over loopback\n\n");
        text.Append($"Medians of {options.Runs} runs in rotated order; the seeder has one core, the leechers share another; pieces of {options.PieceLength / 1024} KiB; ")
            .Append("data on tmpfs; CPU is user and system time of the seeding process alone, from its start to its end; a GiB is one sent; the bytes of every leecher were compared.\n\n");
        foreach (string version in Downloaders.Versions())
            text.Append($"- {version}\n");
        text.Append("\n| seeder | GiB of content | wall s | MiB/s | CPU s | CPU s/GiB | against libtorrent | spread of CPU | RssAnon MiB |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (string client in options.Clients)
        {
            foreach (double size in options.Sizes)
            {
                List<Measured> list = runs[(client, size)];
                Measured median = Measured.Median(list);
                double sent = size * UploadBench.Leechers;
                text.Append($"| {client} | {size} | {median.Wall:0.00} | {sent * 1024 / median.Wall:0} | {median.Cpu:0.00} | {median.Cpu / sent:0.000} | ")
                    .Append($"{Against("libtorrent", median.Cpu, other => Measured.Median(runs[(other, size)]).Cpu)} | ")
                    .Append($"{Measured.Spread(list.Select(static run => run.Cpu)):0%} | {median.AnonymousMiB:0} |\n");
            }
        }

        if (options.Sizes.Count < 2)
            return text.ToString();
        text.Append("\nSlope over the sizes (the median over all pairs of runs of two sizes), which start-up has no part in:\n\n");
        text.Append("| seeder | CPU s/GiB | against libtorrent | against the floor |\n|---|---|---|---|\n");
        foreach (string client in options.Clients)
            text.Append($"| {client} | {Slope(client):0.000} | {Against("libtorrent", Slope(client), Slope)} | {Against("floor", Slope(client), Slope)} |\n");
        return text.ToString();

        double Slope(string client) => Slopes.Median(
            options.Sizes.SelectMany(size => runs[(client, size)].Select(run => (size * UploadBench.Leechers, run.Cpu))));

        string Against(string other, double figure, Func<string, double> of)
            => options.Clients.Contains(other, StringComparer.Ordinal) ? $"{figure / of(other):0.00} ×" : "–";
    }
}
