namespace Freshet.Core;

/// <summary>How an info dictionary is cut up where peers give it to each other (BEP 9): pieces of 16 KiB, the last as long as the rest.</summary>
public static class MetadataPieces
{
    /// <summary>Bytes of every piece but the last.</summary>
    public const int Length = 16 * 1024;

    /// <summary>The largest info dictionary that is fetched or given: as large as a torrent file may be. The largest honest ones have some 10 MiB (THREATS B7).</summary>
    public const int MaxSize = MetainfoLimits.MaxFileBytes;

    /// <summary>How many pieces metadata of a size has.</summary>
    public static int CountOf(int size) => (size + Length - 1) / Length;

    /// <summary>The length of one piece.</summary>
    public static int LengthOf(int size, int piece) => Math.Min(Length, size - (piece * Length));
}
