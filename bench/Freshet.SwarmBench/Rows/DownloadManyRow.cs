using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>From many seeders at once, beside from one: all are one C program, so that giving is never what bounds.</summary>
internal sealed class DownloadManyRow : Row
{
    private const string One = "one seeder", Many = "many seeders";

    private static readonly Option Sizes = ContentOptions.Sizes("0.25,0.75");
    private static readonly Option Seeders = new("--seeders", "50", "how many are many");

    public override string Name => "download-many";

    public override string Title => "Download from many seeders at once, beside from one";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent", "aria2", "floor"];

    public override IReadOnlyList<string> Counterparts => ["floor"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Rate, Quantity.Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, Seeders, ContentOptions.PieceLength, ContentOptions.Content];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Cpu, 1.1) { Kind = Many, AgainstKind = One },
        new(Quantity.Wall, 0.9) { Kind = Many, AgainstKind = One, IsAtLeast = true },
    ];

    public override string Method(Options options) => $"""
        Over loopback; the seeders are {options.Text(Seeders)} addresses of one C program, which has one core, the downloader another; pieces of {options.Text(ContentOptions.PieceLength)} KiB;
        data on tmpfs; figures are the downloading process's from its start to its end; the bytes of every run were compared.
        """;

    public override IReadOnlyList<Case> Cases(Options options)
        => [.. from gib in options.Amounts(Sizes) from kind in (string[])[One, Many] select new Case(kind, gib, $"{gib} GiB")];

    public override bool CanBeDoneBy(IClient client) => client is IDownloader;

    public override IStage Set(Case @case, Options options, Workplace workplace)
    {
        int seeders = @case.Kind == Many ? options.Number(Seeders) : 1;
        return new DownloadStage(workplace, ContentOptions.Make(options, workplace, @case.Amount), new FloorClient(workplace) { Addresses = seeders }, seeders);
    }
}
