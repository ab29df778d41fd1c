using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.StartUp;

/// <summary>Commands that do next to nothing.</summary>
internal sealed class StartUpRow : Row
{
    private const string Info = "info T", Version = "version", Launcher = ", ./freshet";

    private static readonly Quantity Wall = new("wall ms", "0");
    private static readonly Quantity Cpu = new("CPU ms", "0");

    public override string Name => "start-up";

    public override string Title => "Commands that do next to nothing";

    public override IReadOnlyList<string> Clients => ["freshet"];

    public override IReadOnlyList<Quantity> Quantities => [Wall, Cpu];

    public override IReadOnlyList<Goal> Goals => [new(Wall, 120) { Kind = Info }, new(Wall, 200) { Kind = Info + Launcher }];

    public override int Runs => 20;

    public override string Method(Options options)
        => "`freshet info` of a torrent of 1,024 pieces and `freshet version`, by `dotnet Freshet.Cli.dll` and by the launcher `./freshet`, which makes sure that the build is that of the sources. Two cores.";

    public override IReadOnlyList<Case> Cases(Options options) => [.. from launcher in (string[])["", Launcher] from verb in (string[])[Info, Version] select new Case(verb + launcher, 0, "")];

    public override bool CanBeDoneBy(IClient client) => client is FreshetClient;

    public override IStage Set(Case @case, Options options, Workplace workplace)
    {
        BenchTorrent torrent = BenchTorrent.OfOneFile(workplace.New("content"), 16 << 20, 16 * 1024);
        string[] program = @case.Kind.EndsWith(Launcher, StringComparison.Ordinal) ? [Path.Combine(Machine.Repository, "freshet")] : ["dotnet", Machine.Freshet];
        string[] verb = @case.Kind.StartsWith(Info, StringComparison.Ordinal) ? ["info", torrent.Torrent] : ["version"];
        var stage = new Stage(workplace, torrent, [.. program, .. verb]);
        stage.Start();
        return stage;
    }

    private sealed class Stage(Workplace workplace, BenchTorrent torrent, string[] command) : IStage
    {
        /// <summary>The launcher builds when it is first called.</summary>
        public Measured Start() => MeasuredProcess.Run(workplace, "0,1", command);

        public Figures Run(IClient client)
        {
            Measured used = Start();
            return new Figures { [Wall] = 1000 * used.Wall, [Cpu] = 1000 * used.Cpu };
        }

        /// <inheritdoc/>
        public void Dispose() => torrent.Dispose();
    }
}
