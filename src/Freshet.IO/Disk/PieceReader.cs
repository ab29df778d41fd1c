using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>Reads runs of a torrent's byte stream through the files that they fall into.</summary>
/// <param name="Storage">The files.</param>
/// <param name="Layout">Where they lie.</param>
internal readonly record struct PieceReader(ITorrentStorage Storage, PieceLayout Layout)
{
    /// <summary>
    /// Fills a buffer from a place in a piece on; the run may go on into the pieces behind. Filler reads as zero.
    /// </summary>
    /// <param name="piece">The piece.</param>
    /// <param name="offset">The first byte, from the piece's start.</param>
    /// <param name="bytes">All of it is filled.</param>
    /// <param name="tooShort">The file that ends too soon or is not there, where the answer is false.</param>
    public bool TryFill(PieceIndex piece, int offset, Span<byte> bytes, out FileIndex tooShort)
    {
        tooShort = default;
        foreach (FileSlice slice in Layout.Slices(piece, offset, bytes.Length))
        {
            Span<byte> part = bytes[..slice.Length];
            bytes = bytes[slice.Length..];
            if (!Layout.Files[slice.File.Value].IsStored)
            {
                part.Clear();
                continue;
            }

            if (Storage.Read(slice.File, slice.Offset, part) == part.Length)
                continue;
            tooShort = slice.File;
            return false;
        }

        return true;
    }
}
