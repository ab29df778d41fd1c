using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>How fast is a torrent made of content that is in memory?</summary>
/// <param name="isHybrid">Whether it is for BitTorrent v1 and v2; else for v1 alone.</param>
internal sealed class CreateRow(bool isHybrid) : Row
{
    private const string Threads =
        "; mktorrent hashes with two threads, libtorrent and transmission-create with as many as they use; transmission-create looks every half second whether it is done";

    private static readonly Option Sizes = ContentOptions.Sizes("1,4");

    public override string Name => isHybrid ? "create-hybrid" : "create";

    public override string Title => isHybrid ? "Making a hybrid torrent" : "Making a torrent";

    public override IReadOnlyList<string> Clients => isHybrid ? ["freshet", "libtorrent"] : ["freshet", "mktorrent", "transmission", "libtorrent"];

    public override IReadOnlyList<Quantity> Quantities => [Quantity.Wall, Quantity.Cpu, Quantity.Anonymous];

    public override IReadOnlyList<Option> OwnOptions => [Sizes, HashOptions.PieceLength];

    public override IReadOnlyList<Goal> Goals => [isHybrid ? new(Quantity.Wall, 2) { Against = "libtorrent", IsAtLeast = true } : new(Quantity.Wall, 1.5) { Against = "mktorrent", IsAtLeast = true }];

    public override string Method(Options options) => $"""
        Of one file on tmpfs, all of it written, in pieces of {options.Text(HashOptions.PieceLength)} KiB, BitTorrent {(isHybrid ? "v1 and v2" : "v1")}. Two cores for each client{(isHybrid ? "" : Threads)}.
        Figures are the whole process's from its start to its end. The SHA-1 of the pieces were compared in every torrent.
        """;

    public override IReadOnlyList<Case> Cases(Options options) => [.. options.Amounts(Sizes).Select(static gib => new Case("", gib, $"{gib} GiB"))];

    public override bool CanBeDoneBy(IClient client) => client is ICreator creator && (!isHybrid || creator.MakesV2);

    public override IStage Set(Case @case, Options options, Workplace workplace) => new Stage(
        isHybrid, workplace, BenchTorrent.OfOneFile(workplace.New("content"), ContentOptions.Bytes(@case.Amount), options.Number(HashOptions.PieceLength) * 1024));

    private sealed class Stage(bool isHybrid, Workplace workplace, BenchTorrent content) : IStage
    {
        private readonly byte[] _hashes = File.ReadAllBytes(content.Hashes);

        public Figures Run(IClient client)
        {
            string file = Path.Combine(workplace.Fresh("made"), "made.torrent");
            Measured used = MeasuredProcess.Run(workplace, HashOptions.Cores, ((ICreator)client).Create(content, file, isHybrid ? BenchVersion.Hybrid : BenchVersion.V1));
            if (File.ReadAllBytes(file).AsSpan().IndexOf(_hashes) < 0)
                throw new InvalidOperationException($"{client.Name} made a torrent with other hashes");
            workplace.Delete("made");
            workplace.Delete("state");
            return new Figures { [Quantity.Wall] = used.Wall, [Quantity.Cpu] = used.Cpu, [Quantity.Anonymous] = used.AnonymousMiB };
        }

        /// <inheritdoc/>
        public void Dispose() => content.Dispose();
    }
}
