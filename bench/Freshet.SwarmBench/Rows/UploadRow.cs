using System.Net;
using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>To several leechers at once, who do not know each other.</summary>
internal sealed class UploadRow : Row
{
    /// <summary>Enough that the seeder has several sockets to fill, few enough that one core bears them.</summary>
    private const int Leechers = 4;

    private static readonly Option Sizes = ContentOptions.Sizes("0.125,0.25,0.5");

    public override string Name => "upload";

    public override string Title => $"Upload to {Leechers} libtorrent leechers at once";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent", "aria2", "floor"];

    public override IReadOnlyList<string> Counterparts => ["libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Rate, Quantity.Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, ContentOptions.PieceLength, ContentOptions.Content];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Cpu, 0.6) { Against = "libtorrent" },
        new(Quantity.Cpu, 1) { Against = "aria2" },
        new(Quantity.Cpu, 1.35) { Against = "floor" },
    ];

    public override string Method(Options options) => $"""
        Over loopback; the seeder has one core, the leechers share another; pieces of {options.Text(ContentOptions.PieceLength)} KiB; data on tmpfs; wall is the slowest leecher's time, CPU and
        memory are the seeding process's from its start to its end; a GiB is one sent; the bytes of every leecher were compared.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Sizes).Select(static gib => new Case("", gib * Leechers, $"{gib} GiB × {Leechers}"))];

    public override bool CanBeDoneBy(IClient client) => client is ISeeder;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, ContentOptions.Make(options, workplace, @case.Amount / Leechers));

    private sealed class Stage : IStage
    {
        private readonly Workplace _workplace;
        private readonly BenchTorrent _torrent;
        private readonly LibtorrentClient _leecher;

        public Stage(Workplace workplace, BenchTorrent torrent)
        {
            _workplace = workplace;
            _torrent = torrent;
            _leecher = new LibtorrentClient(workplace);
            workplace.Warm(Leechers * torrent.Length);
        }

        public Figures Run(IClient client)
        {
            using SeedingProcess seeder = SeedingProcess.Start(_workplace, "0", (ISeeder)client, _torrent);
            MeasuredProcess[] leechers = [.. Enumerable.Range(0, Leechers).Select(number => Leech(number, seeder.Peer))];
            double slowest = leechers.Max(static leecher => double.Parse(leecher.WaitFor("done")));
            for (int i = 0; i < Leechers; i++)
            {
                leechers[i].WaitForEnd();
                leechers[i].Dispose();
                _torrent.Compare(_workplace[$"target-{i}"], $"a leecher of {client.Name}");
                _workplace.Delete($"target-{i}");
            }

            Measured used = seeder.End();
            _workplace.Delete("state");
            return new Figures
            {
                [Quantity.Wall] = slowest,
                [Quantity.Rate] = Leechers * _torrent.MiB / slowest,
                [Quantity.Cpu] = used.Cpu,
                [Quantity.Anonymous] = used.AnonymousMiB,
            };
        }

        /// <inheritdoc/>
        public void Dispose() => _torrent.Dispose();

        private MeasuredProcess Leech(int number, IPEndPoint peer)
            => MeasuredProcess.Start(_workplace, "1", _leecher.Download(_torrent, _workplace.Fresh($"target-{number}"), [peer]));
    }
}
