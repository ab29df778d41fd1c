using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>From a client to itself: how fast two of a kind are together.</summary>
internal sealed class BetweenRow : Row
{
    private static readonly Option Sizes = ContentOptions.Sizes("0.25,0.5,0.75");
    private static readonly Quantity SeederCpu = Quantity.Cpu with { Name = "seeder's CPU s", Growth = Quantity.Cpu.Growth! with { Name = "seeder's CPU s/GiB" } };

    public override string Name => "between";

    public override string Title => "From a seeder to a downloader of the same client";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Rate, Quantity.Cpu, SeederCpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, ContentOptions.PieceLength, ContentOptions.Content];

    public override IReadOnlyList<Goal> Goals => [new(Quantity.Wall, 0.8 * 1024) { IsAtLeast = true }, new(Quantity.Wall, 1.8) { Against = "libtorrent", IsAtLeast = true }];

    public override string Method(Options options) => $"""
        Over loopback; the seeder has one core, the downloader another; pieces of {options.Text(ContentOptions.PieceLength)} KiB; data on tmpfs; wall, CPU and memory are the downloading process's
        from its start to its end; the bytes of every run were compared.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Sizes).Select(static gib => new Case("", gib, $"{gib} GiB"))];

    public override bool CanBeDoneBy(IClient client) => client is IDownloader and ISeeder;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, ContentOptions.Make(options, workplace, @case.Amount));

    private sealed class Stage : IStage
    {
        private readonly Workplace _workplace;
        private readonly BenchTorrent _torrent;

        public Stage(Workplace workplace, BenchTorrent torrent)
        {
            (_workplace, _torrent) = (workplace, torrent);
            workplace.Warm(torrent.Length);
        }

        public Figures Run(IClient client)
        {
            using SeedingProcess seeder = SeedingProcess.Start(_workplace, "0", (ISeeder)client, _torrent);
            Measured used = Download.Run(_workplace, (IDownloader)client, _torrent, [seeder.Peer]);
            Measured given = seeder.End();
            _workplace.Delete("state");
            return new Figures
            {
                [Quantity.Wall] = used.Wall,
                [Quantity.Rate] = _torrent.MiB / used.Wall,
                [Quantity.Cpu] = used.Cpu,
                [SeederCpu] = given.Cpu,
                [Quantity.Anonymous] = used.AnonymousMiB,
            };
        }

        /// <inheritdoc/>
        public void Dispose() => _torrent.Dispose();
    }
}
