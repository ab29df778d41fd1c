using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Swarm;

/// <summary>
/// One seeder and its leechers, all of one client and with one upload limit each: how close they come to the time that no swarm can beat, and how often the
/// seeder had to send its content.
/// </summary>
internal sealed class SwarmRow : Row
{
    private const int PieceLength = 256 * 1024;

    private static readonly Option Leechers = new("--leechers", "8", "beside the seeder");
    private static readonly Option Length = new("--mib", "64", "MiB of content");
    private static readonly Option Rate = new("--rate", "1024", "KiB/s up, of each member");

    private static readonly Quantity First = new("first done s", "0.0");
    private static readonly Quantity Last = new("last done s", "0.0");
    private static readonly Quantity OfBound = new("last against the bound", "0.00 ×");
    private static readonly Quantity Copies = new("copies the seeder sent", "0.00");
    private static readonly Quantity AllCpu = new("CPU s, all members", "0.0");

    public override string Name => "swarm";

    public override string Title => "One seeder and its leechers, all of one client, with equal upload limits";

    public override IReadOnlyList<string> Clients => ["freshet", "libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [First, Last, OfBound, Copies, AllCpu];

    public override IReadOnlyList<Option> OwnOptions => [Leechers, Length, Rate];

    public override string Method(Options options) => $"""
        Over loopback, every member a process with {options.Text(Rate)} KiB/s up; {options.Text(Length)} MiB in pieces of {PieceLength / 1024} KiB; the bytes of each leecher were compared.
        No swarm can be done before max(S/u, N·S/((N+1)·u)) = {Bound(options):0.0} s.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [new("", options.Number(Leechers), $"1 and {options.Number(Leechers)}")];

    public override bool CanBeDoneBy(IClient client) => client is ISwarmMember;

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(options, workplace);

    private static double Bound(Options options)
    {
        double leechers = options.Number(Leechers), seconds = options.Number(Length) * 1024.0 / options.Number(Rate);
        return Math.Max(seconds, leechers * seconds / (leechers + 1));
    }

    private sealed class Stage(Options options, Workplace workplace) : IStage
    {
        private readonly int _port = Port.Free();
        private readonly BenchTorrent _torrent = BenchTorrent.OfOneFile(workplace.New("content"), options.Number(Length) * 1048576L, PieceLength);

        public Figures Run(IClient client)
        {
            // Member 0 is the seeder. Each has an address of its own, so that nobody takes two for one.
            string[] addresses = [.. Enumerable.Range(1, 1 + options.Number(Leechers)).Select(static number => $"127.0.1.{number}")];
            MeasuredProcess[] members = [.. addresses.Select((address, number) => Start((ISwarmMember)client, address, number))];
            foreach (MeasuredProcess member in members)
                member.WaitFor("ready");
            for (int i = 0; i < members.Length; i++)
                members[i].Say(string.Join(' ', addresses.Where((_, other) => other != i).Select(address => $"{address}:{_port}")));
            double[] times = [.. members.Skip(1).Select(static member => double.Parse(member.WaitFor("done")))];
            foreach (MeasuredProcess member in members)
                member.EndInput();
            long sent = long.Parse(members[0].WaitFor("uploaded"));
            double cpu = members.Sum(static member => member.WaitForEnd().Cpu);
            for (int i = 0; i < members.Length; i++)
            {
                members[i].Dispose();
                if (i > 0)
                    _torrent.Compare(workplace[$"target-{i}"], $"leecher {i} of {client.Name}");
                workplace.Delete($"target-{i}");
            }

            workplace.Delete("state");
            return new Figures
            {
                [First] = times.Min(),
                [Last] = times.Max(),
                [OfBound] = times.Max() / Bound(options),
                [Copies] = (double)sent / _torrent.Length,
                [AllCpu] = cpu,
            };
        }

        /// <inheritdoc/>
        public void Dispose() => _torrent.Dispose();

        private MeasuredProcess Start(ISwarmMember client, string address, int number)
        {
            string target = number == 0 ? _torrent.Folder : workplace.Fresh($"target-{number}");
            return MeasuredProcess.Start(
                workplace, $"{number % Environment.ProcessorCount}", client.Member(_torrent, target, address, _port, options.Number(Rate) * 1024L, isSeed: number == 0));
        }
    }
}
