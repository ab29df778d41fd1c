using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// In torrents of v2 alone libtorrent, up to 2.0 at least, asks for the last block of a file as if filler followed it to the end of the block, and takes no other answer.
/// Such a request is taken for what there is of the block; its answer has as many zeros more, and its reject the length that was asked for.
/// </summary>
internal sealed class PaddedRequests(PieceLayout layout)
{
    /// <summary>Such requests that are remembered: as many as a peer may have outstanding at all.</summary>
    private const int MaxRemembered = WireLimits.RequestQueue;

    private readonly Dictionary<BlockRange, int> _filler = [];

    /// <summary>Takes a request or a cancel that goes beyond its piece's end, within a block.</summary>
    /// <param name="range">What was asked for; becomes what there is of it.</param>
    /// <param name="isRequest">Whether it is to be answered.</param>
    /// <returns>False where it is no such request, or one too many.</returns>
    public bool TryClip(ref BlockRange range, bool isRequest)
    {
        if ((uint)range.Piece.Value >= (uint)layout.PieceCount || range.Length is <= 0 or > BlockRange.BlockLength || range.Offset < 0
            || range.Offset > layout.PieceLength - range.Length || range.Offset >= layout.LengthOf(range.Piece))
        {
            return false;
        }

        int filler = range.Offset + range.Length - layout.LengthOf(range.Piece);
        range = range with { Length = range.Length - filler };
        if (!isRequest)
            return true;
        _filler[range] = filler;
        return _filler.Count <= MaxRemembered;
    }

    /// <summary>The zeros that belong to the answer to a request; asked once.</summary>
    public int Take(BlockRange range) => _filler.Remove(range, out int filler) ? filler : 0;

    /// <summary>The zeros that belong to the answer to a request.</summary>
    public int Of(BlockRange range) => _filler.GetValueOrDefault(range);
}
