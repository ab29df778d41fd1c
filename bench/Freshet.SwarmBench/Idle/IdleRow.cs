using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Idle;

/// <summary>What connections cost that want nothing: the private memory of each (the slope between two numbers of them), and the processor time while nothing happens.</summary>
internal sealed class IdleRow : Row
{
    /// <summary>Private memory with all of them open.</summary>
    private static readonly Quantity Private = new("RssAnon KiB", "0", new("RssAnon KiB each", "0.0", static each => each));

    /// <summary>Processor time when idle.</summary>
    private static readonly Quantity IdleCpu = new("idle CPU ms/s", "0.0");

    private static readonly Option Connections = new("--connections", "1,10000", "how many; what each costs is the slope between");
    private static readonly Option Idle = new("--idle", "10", "seconds without anything to do, that CPU is measured over");

    public override string Name => "idle";

    public override string Title => "Idle connections to one seed";

    public override IReadOnlyList<string> Clients => ["freshet"];

    public override IReadOnlyList<Quantity> Quantities => [Private, IdleCpu];

    public override IReadOnlyList<Option> OwnOptions => [Connections, Idle];

    public override IReadOnlyList<Goal> Goals => [new(Private, 4)];

    public override string Method(Options options) => $"""
        `freshet seed` of one torrent, and TCP connections to it, each from an address of its own in 127.0.0.0/8 with the fast extension: handshakes exchanged, the seed's pieces said, and that the
        peer has none; then nothing. Private memory is RssAnon ten seconds later; CPU is user and system time over the {options.Text(Idle)} seconds after that.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Connections).Select(static count => new Case("", count, $"{count} connections"))];

    public override bool CanBeDoneBy(IClient client) => client is FreshetClient;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, (int)@case.Amount, options.Amount(Idle));

    private sealed class Stage(Workplace workplace, int connections, double idle) : IStage
    {
        private readonly string _folder = workplace.New("idle");

        public Figures Run(IClient client)
        {
            using var session = new ServingSession(_folder, connections);
            using var peers = new IdlePeers(session.Port, session.InfoHash, connections);
            Thread.Sleep(TimeSpan.FromSeconds(10));
            double before = ProcessFile.CpuSeconds(session.ProcessId);
            Thread.Sleep(TimeSpan.FromSeconds(idle));
            return new Figures
            {
                [Private] = ProcessFile.AnonymousKiB(session.ProcessId),
                [IdleCpu] = 1000 * (ProcessFile.CpuSeconds(session.ProcessId) - before) / idle,
            };
        }

        /// <inheritdoc/>
        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
