using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>All of the content is there and in memory; how fast is it known to be right?</summary>
internal sealed class CheckRow : Row
{
    private static readonly Option Sizes = ContentOptions.Sizes("4,16");
    private static readonly Option Data = new("--data", "1", "GiB at most that are written; what content is longer is a hole, which reads as zeros and is hashed like anything else");

    public override string Name => "check";

    public override string Title => "Check of content that is there";

    // Not libtorrent, which maps files: where it reads a hole on tmpfs, memory is taken. It takes part where all is written.
    public override IReadOnlyList<string> Clients => ["freshet", "freshet-session", "transmission"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, Data, HashOptions.PieceLength];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Wall, 2.8) { Against = "transmission", IsAtLeast = true },
        new(Quantity.Cpu, 0.7) { Against = "transmission" },
        new(Quantity.Wall, 2.8) { Client = "freshet-session", Against = "transmission", IsAtLeast = true },
        new(Quantity.Cpu, 0.7) { Client = "freshet-session", Against = "transmission" },
    ];

    public override string Method(Options options) => $"""
        One file on tmpfs in pieces of {options.Text(HashOptions.PieceLength)} KiB, of which at most {options.Text(Data)} GiB are written and the rest is a hole: it reads as zeros, which are hashed like
        anything else. Two cores for each client; figures are the whole process's from its start to its end, so that the slope is what hashing costs. `freshet` is `verify`, `freshet-session` is `seed --check full`
        until it would seed, transmission is its daemon with the torrent in its watch folder, libtorrent is told to use two hashing threads. Transmission's wall is rounded
        up to its next turn of about a second. Of the goals, which come twice, the second pair is the session's.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Sizes).Select(static gib => new Case("", gib, $"{gib} GiB"))];

    public override bool CanBeDoneBy(IClient client) => client is IChecker;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, Make(options, workplace, @case.Amount));

    private static BenchTorrent Make(Options options, Workplace workplace, double gib)
    {
        double hole = Math.Max(0, gib - options.Amounts(Data)[0]);
        return BenchTorrent.OfOneFile(workplace.New("content"), ContentOptions.Bytes(gib), options.Number(HashOptions.PieceLength) * 1024, ContentOptions.Bytes(hole));
    }

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
