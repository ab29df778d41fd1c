using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>Over uTP alone, from a seeder of each kind to a downloader of each kind.</summary>
internal sealed class UtpRow : Row
{
    private const string FromFreshet = "from freshet", FromLibtorrent = "from libtorrent";

    private static readonly Option Sizes = ContentOptions.Sizes("0.25,0.5");
    private static readonly Quantity SeederCpu = Quantity.Cpu with { Name = "seeder's CPU s", Growth = Quantity.Cpu.Growth! with { Name = "seeder's CPU s/GiB" } };
    private static readonly Quantity BothCpu = Quantity.Cpu with { Name = "both's CPU s", Growth = Quantity.Cpu.Growth! with { Name = "both's CPU s/GiB" } };

    public override string Name => "utp";

    public override string Title => "Download over uTP alone";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent"];

    public override IReadOnlyList<string> Counterparts => ["freshet", "libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Rate, Quantity.Cpu, SeederCpu, BothCpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, ContentOptions.PieceLength, ContentOptions.Content];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Wall, 4) { Kind = FromFreshet, Against = "libtorrent", AgainstKind = FromLibtorrent, IsAtLeast = true },
        new(Quantity.Cpu, 1.0 / 3) { Kind = FromFreshet, Against = "libtorrent", AgainstKind = FromLibtorrent },
        new(BothCpu, 1.0 / 3) { Kind = FromFreshet, Against = "libtorrent", AgainstKind = FromLibtorrent },
        new(Quantity.Wall, 1) { Kind = FromLibtorrent, Against = "libtorrent", AgainstKind = FromLibtorrent, IsAtLeast = true },
    ];

    public override string Method(Options options) => $"""
        Over loopback, TCP switched off on both sides, no datagram longer than 1,472 bytes; the seeder has one core, the downloader another; pieces of
        {options.Text(ContentOptions.PieceLength)} KiB; data on tmpfs; wall, CPU and memory are the downloading process's from its start to its end, the seeder's CPU that of its process for this one
        download; the bytes of every run were compared.
        """;

    public override IReadOnlyList<Case> Cases(Options options)
        => [.. from kind in (string[])[FromLibtorrent, FromFreshet] from gib in options.Amounts(Sizes) select new Case(kind, gib, $"{gib} GiB")];

    public override bool CanBeDoneBy(IClient client) => client.Name is "freshet" or "libtorrent";

    public override IStage Set(Case @case, Options options, Workplace workplace)
        => new Stage(workplace, ContentOptions.Make(options, workplace, @case.Amount), isFreshets: @case.Kind == FromFreshet);

    private sealed class Stage : IStage
    {
        private readonly Workplace _workplace;
        private readonly BenchTorrent _torrent;
        private readonly FreshetClient _freshet;
        private readonly LibtorrentClient _libtorrent;
        private readonly ISeeder _seeder;

        public Stage(Workplace workplace, BenchTorrent torrent, bool isFreshets)
        {
            (_workplace, _torrent) = (workplace, torrent);
            _freshet = new FreshetClient(workplace) { IsOverUtp = true };
            _libtorrent = new LibtorrentClient(workplace) { IsOverUtp = true };
            _seeder = isFreshets ? _freshet : _libtorrent;
            workplace.Warm(torrent.Length);
        }

        public Figures Run(IClient client)
        {
            using SeedingProcess seeder = SeedingProcess.Start(_workplace, "0", _seeder, _torrent);
            Measured used = Download.Run(_workplace, client is FreshetClient ? _freshet : _libtorrent, _torrent, [seeder.Peer]);
            Measured given = seeder.End();
            _workplace.Delete("state");
            return new Figures
            {
                [Quantity.Wall] = used.Wall,
                [Quantity.Rate] = _torrent.MiB / used.Wall,
                [Quantity.Cpu] = used.Cpu,
                [SeederCpu] = given.Cpu,
                [BothCpu] = used.Cpu + given.Cpu,
                [Quantity.Anonymous] = used.AnonymousMiB,
            };
        }

        /// <inheritdoc/>
        public void Dispose() => _torrent.Dispose();
    }
}
