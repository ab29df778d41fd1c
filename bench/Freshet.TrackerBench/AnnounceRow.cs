using System.Diagnostics;
using System.Net.Sockets;

namespace Freshet.TrackerBench;

/// <summary>Announces as fast as they are answered.</summary>
internal sealed class AnnounceRow : Row
{
    private const string List = "list";

    private static readonly Option Protocols = new("--protocols", "udp,http", "which");
    private static readonly Option Seconds = new("--seconds", "5", "of load that are measured");
    private static readonly Option WarmUp = new("--warm-up", "60000", "announces before");
    private static readonly Option Torrents = new("--torrents", "1000", "of which one is announced at random, all on the trackers' lists");
    private static readonly Option Peers = new("--peers", "1000", "that announce, a quarter of them seeders; any for any torrent");

    private static readonly Quantity Rate = new("announces/s", "0");
    private static readonly Quantity Cpu = new("CPU µs an announce", "0.00");
    private static readonly Quantity Lost = new("lost", "0");

    public override string Name => "announce";

    public override string Title => "Announces as fast as they are answered";

    public override IReadOnlyList<string> Clients => ["freshet", "opentracker"];

    public override IReadOnlyList<Quantity> Quantities => [Rate, Cpu, Quantity.Anonymous, Lost];

    public override IReadOnlyList<Option> OwnOptions => [Protocols, Seconds, WarmUp, Torrents, Peers];

    public override string Method(Options options) => $"""
        {options.Text(Seconds)} s of load after {options.Text(WarmUp)} announces; the tracker has one core, the load another; {options.Text(Torrents)} torrents that {options.Text(Peers)} peers at 32
        addresses of loopback announce at random, 50 peers wanted; all trackers have the same list of allowed torrents. Over UDP 128 announces are under way, over HTTP 64 connections of one
        announce each. CPU is that of all threads of the tracker, an answered announce; lost are datagrams without an answer and connections that broke.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Words(Protocols).Select(static protocol => new Case(protocol, 0, ""))];

    public override bool CanBeDoneBy(IClient client) => client is ITracker;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(@case.Kind, options, workplace);

    private sealed class Stage : IStage
    {
        private static int _port = 17100;

        private readonly Options _options;
        private readonly Workplace _workplace;
        private readonly Load _load;

        public Stage(string protocol, Options options, Workplace workplace)
        {
            (_options, _workplace) = (options, workplace);
            _load = new Load(workplace.Compile("tracker_load"), protocol, options.Number(Torrents), options.Number(Peers));
            _load.WriteList(workplace[List]);

            // opentracker gives its rights up before it reads the list.
            Process.Start("chmod", ["-R", "a+rX", workplace.Folder]).WaitForExit();
        }

        public Figures Run(IClient client)
        {
            // Another port each time: connections of the run before linger at the old one.
            int port = ++_port;
            using MeasuredProcess tracker = MeasuredProcess.Start(_workplace, "0", ((ITracker)client).Serve(port, _workplace.Folder, List));
            WaitUntilListening(port);
            for (long warm = 0; warm < _options.Number(WarmUp);)
                warm += _load.Run(port, 1).Answers;
            double before = ProcessFile.CpuSeconds(tracker.Id);
            Answered answered = _load.Run(port, _options.Amount(Seconds));
            double used = ProcessFile.CpuSeconds(tracker.Id) - before;
            if (answered.Errors > answered.Answers / 1000)
                throw new InvalidOperationException($"{client.Name} refused {answered.Errors} announces");
            return new Figures
            {
                [Rate] = answered.Answers / answered.Seconds,
                [Cpu] = 1e6 * used / answered.Answers,
                [Quantity.Anonymous] = ProcessFile.AnonymousKiB(tracker.Id) / 1024,
                [Lost] = answered.Lost,
            };
        }

        /// <inheritdoc/>
        public void Dispose() => _workplace.Delete("state");

        private static void WaitUntilListening(int port)
        {
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    using var probe = new TcpClient("127.0.0.1", port);
                    return;
                }
                catch (SocketException) when (attempt < 300)
                {
                    Thread.Sleep(50);
                }
            }
        }
    }
}
