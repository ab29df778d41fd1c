using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Limits;

/// <summary>Whether a limit is what passes at the socket: payload as an unlimited libtorrent peer counts it on its end of the one connection, over a window after a warm-up.</summary>
internal sealed class LimitRow : Row
{
    private const int PieceLength = 256 * 1024;
    private const double Warmup = 4;
    private const long KiB = 1024;

    private static readonly Option Rates = new("--rates", "256,10240,102400", "KiB/s");
    private static readonly Option Window = new("--window", "12", "seconds of each; below 1 MiB/s half a minute at least, since there the buffers of both systems count most beside it");

    private static readonly Quantity Seen = new("libtorrent counts KiB/s", "0.0");
    private static readonly Quantity OfLimit = new("of the limit", "0.000");
    private static readonly Quantity Own = new("Freshet counts KiB/s", "0.0");

    public override string Name => "limits";

    public override string Title => "Rate limits at the socket, as a libtorrent peer sees them";

    public override IReadOnlyList<string> Clients => ["freshet"];

    public override IReadOnlyList<string> Counterparts => ["libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Seen, OfLimit, Own];

    public override IReadOnlyList<Option> OwnOptions => [Rates, Window];

    public override IReadOnlyList<Goal> Goals =>
    [
        .. from rate in (double[])[256, 10240, 102400] from isUp in (bool[])[false, true] from isAtLeast in (bool[])[true, false]
           select new Goal(OfLimit, isAtLeast ? 0.95 : 1.05) { Kind = Kind(rate, isUp), IsAtLeast = isAtLeast },
    ];

    public override int Runs => 1;

    public override bool AreCasesTogether => false;

    public override string Method(Options options) => "Payload as libtorrent counts it on its end of the connection, after a warm-up; each side has a core.";

    public override IReadOnlyList<Case> Cases(Options options)
        => [.. from rate in options.Amounts(Rates) from isUp in (bool[])[false, true] select new Case(Kind(rate, isUp), rate, "")];

    public override bool CanBeDoneBy(IClient client) => client is FreshetClient;

    public override IStage Set(Case @case, Options options, Workplace workplace)
        => new Stage(workplace, (long)@case.Amount * KiB, @case.Amount < 1024 ? Math.Max(30, options.Amount(Window)) : options.Amount(Window), @case.Kind.EndsWith("up", StringComparison.Ordinal));

    private static string Kind(double rate, bool isUp) => $"{rate} KiB/s {(isUp ? "up" : "down")}";

    private sealed class Stage : IStage
    {
        private readonly Workplace _workplace;
        private readonly BenchTorrent _torrent;
        private readonly long _rate;
        private readonly double _window;
        private readonly bool _isUp;

        public Stage(Workplace workplace, long rate, double window, bool isUp)
        {
            (_workplace, _rate, _window, _isUp) = (workplace, rate, window, isUp);

            // Half as much again as the limit lets through, so that nothing ends within the window.
            long pieces = (long)Math.Ceiling(1.5 * rate * (window + (2 * Warmup)) / PieceLength);
            _torrent = BenchTorrent.OfOneFile(workplace.New("content"), pieces * PieceLength, PieceLength);
        }

        public Figures Run(IClient client)
        {
            string port = $"{Port.Free()}", target = _workplace.Fresh("target"), source = _torrent.Folder;
            string[] freshet = ["dotnet", typeof(LimitRow).Assembly.Location, "limited-freshet", _isUp ? "seed" : "leech", _torrent.Torrent, _isUp ? source : target, port, $"{_rate}"];
            string[] libtorrent = [LibtorrentClient.Python, _workplace.Unpack("counting_peer.py"), _isUp ? "leech" : "seed", _torrent.Torrent, _isUp ? target : source, port];

            // The seeder listens, so it is first.
            using CountingProcess first = CountingProcess.Start(_workplace, "0", _isUp ? freshet : libtorrent);
            using CountingProcess second = CountingProcess.Start(_workplace, "1", _isUp ? libtorrent : freshet);
            (CountingProcess ours, CountingProcess theirs) = _isUp ? (first, second) : (second, first);
            while (theirs.Ask() is var count && (_isUp ? count.Down : count.Up) == 0)
                Thread.Sleep(50);
            Thread.Sleep(TimeSpan.FromSeconds(Warmup));
            (Count ourStart, Count theirStart) = (ours.Ask(), theirs.Ask());
            Thread.Sleep(TimeSpan.FromSeconds(_window));
            double counted = ours.Ask().RateSince(ourStart, _isUp) / KiB, seen = theirs.Ask().RateSince(theirStart, !_isUp) / KiB;
            return new Figures { [Seen] = seen, [OfLimit] = seen * KiB / _rate, [Own] = counted };
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _torrent.Dispose();
            _workplace.Delete("target");
            _workplace.Delete("state");
        }
    }
}
