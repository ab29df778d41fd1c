namespace Freshet.SwarmBench.Hashing;

/// <summary>Options of rows that read content and hash it.</summary>
internal static class HashOptions
{
    /// <summary>Both of the machine's two cores: what is measured uses what there is.</summary>
    public const string Cores = "0,1";

    public static readonly Option PieceLength = new("--piece-length", "2048", "KiB");
}
