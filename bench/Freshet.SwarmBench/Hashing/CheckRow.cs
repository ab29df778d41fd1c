using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>All of the content is there and in memory; how fast is it known to be right?</summary>
internal sealed class CheckRow : Row
{
    private static readonly Option Sizes = ContentOptions.Sizes("4,16");

    public override string Name => "check";

    public override string Title => "Check of content that is there";

    public override IReadOnlyList<string> Clients => ["freshet", "freshet-session", "transmission", "libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, HashOptions.Data, HashOptions.PieceLength];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Wall, 2.8) { Against = "transmission", IsAtLeast = true },
        new(Quantity.Cpu, 0.7) { Against = "transmission" },
        new(Quantity.Wall, 2.8) { Client = "freshet-session", Against = "transmission", IsAtLeast = true },
        new(Quantity.Cpu, 0.7) { Client = "freshet-session", Against = "transmission" },
    ];

    public override string Method(Options options) => $"""
        One file on tmpfs in pieces of {options.Text(HashOptions.PieceLength)} KiB, of which {options.Text(HashOptions.Data)} GiB are written and the rest is a hole: it reads as zeros, which are hashed like
        anything else. Two cores for each client; figures are the whole process's from its start to its end, so that the slope is what hashing costs. `freshet` is `verify`, `freshet-session` is `seed --check full`
        until it would seed, transmission is its daemon with the torrent in its watch folder, libtorrent is told to use two hashing threads. The rate is MiB of content for each second more.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Sizes).Select(static gib => new Case("", gib, $"{gib} GiB"))];

    public override bool CanBeDoneBy(IClient client) => client is IChecker;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, HashOptions.Make(options, workplace, @case.Amount));

    private sealed class Stage(Workplace workplace, BenchTorrent torrent) : IStage
    {
        public Figures Run(IClient client)
        {
            Measured used = MeasuredProcess.Run(workplace, HashOptions.Cores, ((IChecker)client).Check(torrent));
            workplace.Delete("state");
            return new Figures { [Quantity.Wall] = used.Wall, [Quantity.Cpu] = used.Cpu, [Quantity.Anonymous] = used.AnonymousMiB };
        }

        /// <inheritdoc/>
        public void Dispose() => torrent.Dispose();
    }
}
