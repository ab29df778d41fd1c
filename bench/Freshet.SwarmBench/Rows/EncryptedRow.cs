using System.Globalization;
using System.Net;
using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Rows;

/// <summary>Of one torrent, encrypted, from several peers: what a second core gives.</summary>
internal sealed class EncryptedRow : Row
{
    private const string One = "one core", Shared = "one core, the seeders' too", Two = "two cores, the seeders' too";

    private static readonly Quantity SeedersCpu = new("seeders' CPU s", "0.00");

    private static readonly Option Sizes = ContentOptions.Sizes("0.25,0.75");
    private static readonly Option Seeders = new("--seeders", "4", "how many peers there are");

    private readonly Dictionary<double, BenchTorrent> _contents = [];

    public override string Name => "encrypted";

    public override string Title => "Encrypted download of one torrent on one core and on two";

    public override IReadOnlyList<string> Clients => ["freshet"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Rate, Quantity.Cpu, SeedersCpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, Seeders, ContentOptions.PieceLength, ContentOptions.Content];

    public override IReadOnlyList<Goal> Goals =>
    [
        new(Quantity.Wall, 1.7) { Kind = Two, AgainstKind = One, IsAtLeast = true },
        new(Quantity.Wall, 1.7) { Kind = Two, AgainstKind = Shared, IsAtLeast = true },
    ];

    public override string Method(Options options) => $"""
        Over loopback, every connection RC4; the seeders are {options.Text(Seeders)} addresses of one C program, which makes its streams before it unchokes and takes next to nothing for a block then; wall
        is the time from unchoking to the last connection's end. *One core*: the seeders have the other. *The seeders' too*: they take part of what there is. Pieces of {options.Text(ContentOptions.PieceLength)} KiB; data on
        tmpfs; CPU and memory are the downloading process's from its start to its end; the bytes of every run were compared.
        """;

    public override IReadOnlyList<Case> Cases(Options options)
        => [.. from gib in options.Amounts(Sizes) from kind in (string[])[One, Shared, Two] select new Case(kind, gib, $"{gib} GiB")];

    public override bool CanBeDoneBy(IClient client) => client is FreshetClient;

    public override IStage Set(Case @case, Options options, Workplace workplace)
    {
        (string seeders, string downloader) = @case.Kind switch { One => ("0", "1"), Shared => ("1", "1"), _ => ("0,1", "0,1") };
        if (!_contents.TryGetValue(@case.Amount, out BenchTorrent? torrent))
            _contents.Add(@case.Amount, torrent = ContentOptions.Make(options, workplace, @case.Amount));
        return new Stage(workplace, torrent, options.Number(Seeders), seeders, downloader);
    }

    /// <summary>Content that kinds have in common, and seeders for the time of a run: all at once would be more memory than what is measured.</summary>
    private sealed class Stage(Workplace workplace, BenchTorrent torrent, int seeders, string seedersCores, string cores) : IStage
    {
        public Figures Run(IClient client)
        {
            using SeedingProcess seeder = SeedingProcess.Start(workplace, seedersCores, new SealedClient(workplace, seeders), torrent);
            IPEndPoint[] peers = [.. Enumerable.Range(1, seeders).Select(number => new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), seeder.Peer.Port))];
            string target = workplace.Fresh("target");
            Measured used = MeasuredProcess.Run(workplace, cores, ((FreshetClient)client).DownloadEncrypted(torrent, target, peers));

            // Seconds, the seeders' seconds of a core, bytes that they had not encrypted beforehand.
            double[] said = [.. seeder.WaitFor("run 1 took ").Split(' ').Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];
            seeder.End();
            torrent.Compare(target, client.Name);
            workplace.Delete("target");
            workplace.Delete("state");
            return new Figures
            {
                [Quantity.Wall] = said[0],
                [Quantity.Rate] = torrent.MiB / said[0],
                [Quantity.Cpu] = used.Cpu,
                [SeedersCpu] = said[1],
                [Quantity.Anonymous] = used.AnonymousMiB,
                Remark = said[2] == 0 ? "" : $"the seeders encrypted {said[2]:0} bytes meanwhile",
            };
        }

        /// <inheritdoc/>
        public void Dispose() => torrent.Dispose();
    }
}
