using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>From one seeder that is not ours.</summary>
/// <param name="version">What the torrent is for. Clients that do not know v2 take part in v1 alone.</param>
internal sealed class DownloadRow(BenchVersion version) : Row
{
    private static readonly Option Sizes = ContentOptions.Sizes("0.25,0.5,0.75");

    public override string Name => version == BenchVersion.V1 ? "download" : $"download-{version.ToString().ToLowerInvariant()}";

    public override string Title => $"Download {version switch { BenchVersion.V2 => "of a v2 torrent ", BenchVersion.Hybrid => "of a hybrid torrent ", _ => "" }}from one libtorrent seeder";

    public override IReadOnlyList<string> Clients => version == BenchVersion.V1 ? ["freshet", "libtorrent", "aria2", "floor"] : ["freshet", "libtorrent"];

    public override IReadOnlyList<string> Counterparts => ["libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Rate, Quantity.Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, ContentOptions.PieceLength, ContentOptions.Content];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Cpu, 0.6) { Against = "libtorrent" },
        .. version == BenchVersion.V1 ? (Goal[])[new(Quantity.Cpu, 0.8) { Against = "aria2" }, new(Quantity.Cpu, 1.35) { Against = "floor" }] : [],
        new(Quantity.Wall, 1.2) { Against = "libtorrent", IsAtLeast = true },
        new(Quantity.Anonymous, 80),
    ];

    public override string Method(Options options) => $"""
        Over loopback; the seeder has one core, the downloader another; pieces of {options.Text(ContentOptions.PieceLength)} KiB; data on tmpfs; figures are the downloading process's from its
        start to its end; the bytes of every run were compared.{(version == BenchVersion.V1 ? "" : " libtorrent made the torrent.")}
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Sizes).Select(static gib => new Case("", gib, $"{gib} GiB"))];

    public override bool CanBeDoneBy(IClient client) => client is IDownloader downloader && (version == BenchVersion.V1 || downloader.TakesV2);

    public override IStage Set(Case @case, Options options, Workplace workplace)
        => new DownloadStage(workplace, ContentOptions.Make(options, workplace, @case.Amount, version), new LibtorrentClient(workplace));
}
