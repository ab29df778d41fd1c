using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>A torrent of many small files.</summary>
internal sealed class FilesRow : Row
{
    private static readonly Option Files = new("--files", "5000", "how many");
    private static readonly Option Length = new("--kib", "64", "KiB of each");
    private static readonly Quantity Wall = Quantity.Wall with { Growth = null };
    private static readonly Quantity Cpu = Quantity.Cpu with { Growth = null };

    public override string Name => "files";

    public override string Title => "Download of many files from one libtorrent seeder";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent", "aria2"];

    public override IReadOnlyList<string> Counterparts => ["libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Wall, Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Files, Length, ContentOptions.PieceLength];

    public override IReadOnlyList<Goal> Goals => [new(Wall, 0.8) { Against = "libtorrent" }];

    public override string Method(Options options) => $"""
        {options.Text(Files)} files of {options.Text(Length)} KiB and a little, a hundred in each folder, in pieces of {options.Text(ContentOptions.PieceLength)} KiB. Over loopback; the seeder has
        one core, the downloader another; data on tmpfs; figures are the downloading process's from its start to its end; the bytes of every run were compared.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [new("", options.Number(Files), $"{options.Number(Files)} files")];

    public override bool CanBeDoneBy(IClient client) => client is IDownloader { TakesFolders: true };

    public override IStage Set(Case @case, Options options, Workplace workplace)
    {
        int pieceLength = options.Number(ContentOptions.PieceLength) * 1024;
        BenchTorrent torrent = BenchTorrent.OfFiles(workplace.New("content"), options.Number(Files), options.Number(Length) * 1024, pieceLength);
        return new DownloadStage(workplace, torrent, new LibtorrentClient(workplace));
    }
}
