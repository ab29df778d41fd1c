using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>Options of rows that read content and hash it.</summary>
internal static class HashOptions
{
    /// <summary>Both of the machine's two cores: what is measured uses what there is.</summary>
    public const string Cores = "0,1";

    public static readonly Option PieceLength = new("--piece-length", "2048", "KiB");
    public static readonly Option Data = new("--data", "4", "GiB at most that are written; what content is longer is a hole, which reads as zeros and is hashed like anything else");

    /// <summary>Makes the content of one size.</summary>
    public static BenchTorrent Make(Options options, Workplace workplace, double gib)
    {
        double data = Math.Min(gib, options.Amounts(Data)[0]);
        return BenchTorrent.OfOneFile(workplace["content"], ContentOptions.Bytes(gib), options.Number(PieceLength) * 1024, hole: ContentOptions.Bytes(gib - data));
    }
}
