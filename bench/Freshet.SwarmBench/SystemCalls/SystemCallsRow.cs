using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.SystemCalls;

/// <summary>How often the kernel is asked: counts, which are free of most noise.</summary>
internal sealed class SystemCallsRow : Row
{
    private const string Down = "download", Up = "upload", Nothing = "download of 16 KiB";

    private static readonly Option Length = new("--mib", "256", "MiB of content");
    private static readonly Quantity Calls = new("system calls", "#,0");

    public override string Name => "syscalls";

    public override string Title => "System calls of a download and an upload";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent", "aria2", "floor"];

    public override IReadOnlyList<string> Counterparts => ["libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Calls];

    public override IReadOnlyList<Option> OwnOptions => [Length, ContentOptions.PieceLength];

    public override IReadOnlyList<Goal> Goals => [new(Calls, 12_246) { Kind = Down }];

    public override string Method(Options options) => $"""
        `strace -f -c`, from the start of the process to its end; {options.Text(Length)} MiB in pieces of {options.Text(ContentOptions.PieceLength)} KiB, over loopback: from a libtorrent seeder,
        and to a libtorrent leecher. Tracing slows the traced side, so that more is ready each time it asks. A download of one block shows what starting and ending cost.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [new(Nothing, 0, ""), new(Down, options.Number(Length), ""), new(Up, options.Number(Length), "")];

    public override bool CanBeDoneBy(IClient client) => client is IDownloader and ISeeder;

    public override IStage Set(Case @case, Options options, Workplace workplace)
    {
        long length = @case.Kind == Nothing ? 16 * 1024 : (long)@case.Amount << 20;
        return new Stage(workplace, BenchTorrent.OfOneFile(workplace.New("content"), length, options.Number(ContentOptions.PieceLength) * 1024), isUp: @case.Kind == Up);
    }

    private sealed class Stage(Workplace workplace, BenchTorrent torrent, bool isUp) : IStage
    {
        private readonly LibtorrentClient _libtorrent = new(workplace);

        public Figures Run(IClient client)
        {
            string counts = workplace["counts"];
            string[] tool = ["strace", "-f", "-c", "-o", counts];
            ISeeder seeder = isUp ? (ISeeder)client : _libtorrent;
            IDownloader downloader = isUp ? _libtorrent : (IDownloader)client;
            using SeedingProcess seeding = SeedingProcess.Start(workplace, "0", seeder, torrent, isUp ? tool : []);
            Download.Run(workplace, downloader, torrent, [seeding.Peer], isUp ? [] : tool);
            seeding.End();
            workplace.Delete("state");
            return Read(counts);
        }

        /// <inheritdoc/>
        public void Dispose() => torrent.Dispose();

        /// <summary>Reads strace's table: calls in the fourth column, the name in the last, the sum in its last line.</summary>
        private static Figures Read(string file)
        {
            (string Name, long Count)[] all =
            [
                .. File.ReadLines(file).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Where(static cells => cells.Length >= 5 && char.IsAsciiDigit(cells[0][0]))
                    .Select(static cells => (cells[^1], long.Parse(cells[3]))),
            ];
            IEnumerable<string> most = all.Where(static call => call.Name != "total").OrderByDescending(static call => call.Count).Take(8).Select(static call => $"{call.Name} {call.Count:#,0}");
            return new Figures { [Calls] = all.Single(static call => call.Name == "total").Count, Remark = string.Join(", ", most) };
        }
    }
}
