using System.Diagnostics;
using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Magnet;

/// <summary>From nothing but a magnet link and one node of the DHT to the metadata and the first payload.</summary>
internal sealed class MagnetRow : Row
{
    private const int PieceLength = 16 * 1024;

    private static readonly Option Nodes = new("--nodes", "100", "of the DHT: one half libtorrent's, one half ours");

    private static readonly Quantity Metadata = new("metadata ms", "0");
    private static readonly Quantity Payload = new("payload ms", "0");
    private static readonly Quantity SessionPayload = new("payload ms, of the session", "0");
    private static readonly Quantity SecondMetadata = new("second metadata ms", "0.0");
    private static readonly Quantity SecondPayload = new("second payload ms", "0.0");

    public override string Name => "magnet";

    public override string Title => "From a magnet link to the first payload, through the DHT alone";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Metadata, Payload, SessionPayload, SecondMetadata, SecondPayload];

    public override IReadOnlyList<Option> OwnOptions => [Nodes];

    public override IReadOnlyList<Goal> Goals => [new(Payload, 0.5) { Against = "libtorrent" }, new(SecondPayload, 0.5) { Against = "libtorrent" }];

    public override int Runs => 5;

    public override string Method(Options options) => $"""
        A DHT of {options.Text(Nodes)} nodes in a network namespace, each at an address of 10.78.0.0/16, one half libtorrent's and one half ours; a seeder (libtorrent) of two torrents that are announced there.
        Each run is a fresh process at an address that nobody has had, which knows one node and the link without trackers, and has neither local discovery nor peer exchange. Milliseconds run from the start of
        the process; *of the session* from the call that makes one, without what starts an interpreter or a runtime. *Second* is another link that the same session is given two seconds after the first one's
        payload, from that moment. libtorrent is asked each half millisecond whether it has any payload; ours counts when the first piece, which is one block, is proved and written. Two cores for all.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [new("", options.Number(Nodes), $"{options.Text(Nodes)} nodes")];

    public override bool CanBeDoneBy(IClient client) => client is IMagnetClient;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(workplace, options.Number(Nodes));

    private sealed class Stage : IStage
    {
        private readonly Workplace _workplace;
        private readonly BenchTorrent[] _torrents;
        private readonly MixedDht _dht;
        private readonly MeasuredProcess _seeder;

        public Stage(Workplace workplace, int nodes)
        {
            _workplace = workplace;

            // Of different lengths: neither is looked for in the other's file.
            _torrents = [.. new[] { 16L << 20, 12L << 20 }.Select(length => BenchTorrent.OfOneFile(workplace.New("content"), length, PieceLength))];
            _dht = workplace.Own(new MixedDht(workplace, nodes));
            _seeder = MeasuredProcess.Start(workplace, "0,1", _dht.Network.In(
            [
                LibtorrentClient.Python, workplace.Unpack("magnet_client.py"), "seed", "-", _dht.NewAddress(), MixedDht.Router, .. _torrents.Select(static torrent => torrent.Torrent),
            ]));
            _seeder.WaitFor("announced");
        }

        public Figures Run(IClient client)
        {
            string target = _workplace.Fresh("target");
            string[] links = [.. _torrents.Select(static torrent => $"magnet:?xt=urn:btih:{torrent.InfoHash}")];
            string[] command = _dht.Network.In(((IMagnetClient)client).Magnet(target, _dht.NewAddress(), MixedDht.Router, links[0], links[1]));
            double started = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
            using MeasuredProcess process = MeasuredProcess.Start(_workplace, "0,1", command);
            double At(string what) => double.Parse(process.WaitFor(what + " "));
            double secondPayload = At("payload-2");
            var figures = new Figures
            {
                [Metadata] = 1000 * (At("metadata") - started),
                [Payload] = 1000 * (At("payload") - started),
                [SessionPayload] = 1000 * (At("payload") - At("session")),
                [SecondMetadata] = 1000 * (At("metadata-2") - At("session-2")),
                [SecondPayload] = 1000 * (secondPayload - At("session-2")),
            };
            process.EndInput();
            process.WaitForEnd();
            process.Dispose();
            _workplace.Delete("target");
            return figures;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _seeder.Dispose();
            _dht.Dispose();
            foreach (BenchTorrent torrent in _torrents)
                torrent.Dispose();
        }
    }
}
