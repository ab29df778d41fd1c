using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Restart;

/// <summary>
/// What a restart with many idle seeding torrents costs: the time until all seed, the private memory of each (the slope from a session with one), and the processor
/// time while nothing happens.
/// </summary>
internal sealed class RestartRow : Row
{
    /// <summary>From the process's start to the event that all torrents are back.</summary>
    public static readonly Quantity UntilAllSeed = new("s until all seed", "0.00");

    /// <summary>Private memory when idle.</summary>
    public static readonly Quantity Private = new("RssAnon KiB", "0", new("RssAnon KiB each", "0.0", static each => each));

    /// <summary>Processor time when idle.</summary>
    public static readonly Quantity IdleCpu = new("idle CPU ms/s", "0.0");

    public static readonly Quantity Handles = new("handles", "0");

    /// <summary>The most resident memory until all seed again.</summary>
    public static readonly Quantity Peak = new("peak MiB", "0");

    /// <summary>The first time, from the process's start until all were checked and seed; once a case.</summary>
    public static readonly Quantity Adding = new("s to add all", "0.0");

    public static readonly Quantity AddingPeak = new("peak MiB while adding", "0");

    private static readonly Option Torrents = new("--torrents", "1,1000", "how many; what each costs is the slope between");
    private static readonly Option Tracker = new("--tracker", "no", "yes: each torrent is announced to one HTTP tracker, 'freshet tracker serve' beside");
    private static readonly Option Idle = new("--idle", "30", "seconds without anything to do, that CPU is measured over");

    public override string Name => "restart";

    public override string Title => "Restart with idle seeding torrents";

    public override IReadOnlyList<string> Clients => ["freshet"];

    public override IReadOnlyList<Quantity> Quantities => [UntilAllSeed, Peak, Private, IdleCpu, Handles, Adding, AddingPeak];

    public override IReadOnlyList<Option> OwnOptions => [Torrents, Tracker, Idle];

    public override IReadOnlyList<Goal> Goals => [new(UntilAllSeed, 0.5), new(Private, 4), new(IdleCpu, 2)];

    public override string Method(Options options) => $"""
        `freshet seed` without naming a torrent. Seconds run from the start of the process to the event that says that all seed. Private memory is RssAnon after {options.Text(Idle)} idle
        seconds; CPU is user and system time over these. Torrents of five pieces, {(HasTracker(options) ? "each with the same HTTP tracker, which is told of them at its pace meanwhile" : "no trackers")}.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Torrents).Select(static torrents => new Case("", torrents, $"{torrents} torrents"))];

    public override bool CanBeDoneBy(IClient client) => client is FreshetClient;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, (int)@case.Amount, HasTracker(options), options.Amount(Idle));

    private static bool HasTracker(Options options) => options.Text(Tracker) == "yes";

    private sealed class Stage : IStage
    {
        private readonly string _folder;
        private readonly ServedTracker? _tracker;
        private readonly SeedingSession _session;
        private readonly double _idle;

        public Stage(Workplace workplace, int torrents, bool hasTracker, double idle)
        {
            (_folder, _idle) = (workplace.New("session"), idle);
            _tracker = hasTracker ? new ServedTracker() : null;
            _session = new SeedingSession(_folder, torrents, _tracker?.Url);
            _session.SeedOnce();
        }

        public Figures Run(IClient client) => _session.Restart(_idle);

        /// <inheritdoc/>
        public void Dispose()
        {
            _tracker?.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
