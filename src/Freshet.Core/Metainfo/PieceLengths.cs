namespace Freshet.Core;

/// <summary>Which piece lengths a new torrent may have, and which fits its content.</summary>
public static class PieceLengths
{
    /// <summary>The least: one block, 16 KiB. Smaller pieces cannot be asked for in blocks, and v2 forbids them (BEP 52).</summary>
    public const int Least = BlockRange.BlockLength;

    /// <summary>The greatest power of two that readers take: 256 MiB.</summary>
    public const int Greatest = 256 * 1024 * 1024;

    // 2048 pieces are enough for a swarm to trade in, and their hashes are 40 KiB of a torrent file.
    private const long PiecesWanted = 2048;

    // Longer pieces make a peer wait long for its first one to give, so they grow past this only where the torrent file would be too large.
    private const int LongestUsual = 16 * 1024 * 1024;

    // 52 bytes of hashes a piece in a hybrid, 26 MiB in all: the torrent file stays below what this and other programs read.
    private const long MostPieces = 512 * 1024;

    /// <summary>
    /// The length for so many bytes: the least power of two from 16 KiB on that makes at most 2048 pieces, but 16 MiB at most; past 8 TiB the least that
    /// makes at most 524,288.
    /// </summary>
    public static int Automatic(long totalLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength);
        int length = Least;
        while (length < LongestUsual && totalLength > length * PiecesWanted)
            length *= 2;
        while (length < Greatest && totalLength > length * MostPieces)
            length *= 2;
        return length;
    }

    /// <summary>Whether a torrent may be made with such pieces: a power of two from 16 KiB to 256 MiB.</summary>
    public static bool IsAllowed(long length) => length is >= Least and <= Greatest && long.IsPow2(length);
}
