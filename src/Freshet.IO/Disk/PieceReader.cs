using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>Reads runs of a torrent's byte stream through the files that they fall into.</summary>
/// <param name="Storage">The files.</param>
/// <param name="Layout">Where they lie.</param>
/// <param name="Holder">Keeps the file open between reads; null: each read asks the storage.</param>
internal readonly record struct PieceReader(ITorrentStorage Storage, PieceLayout Layout, FileHolder? Holder = null)
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

            if ((Holder?.Read(slice.File, slice.Offset, part) ?? Storage.Read(slice.File, slice.Offset, part)) == part.Length)
                continue;
            tooShort = slice.File;
            return false;
        }

        return true;
    }

    /// <summary>Whether a byte of a piece can be read without waiting for a device; false where nobody can tell.</summary>
    public bool IsCached(PieceIndex piece, int offset)
    {
        foreach (FileSlice slice in Layout.Slices(piece, offset, 1))
            return !Layout.Files[slice.File.Value].IsStored || (Holder?.IsCached(slice.File, slice.Offset) ?? false);
        return false;
    }

    /// <summary>Lets the system begin to read bytes that are wanted soon; may go on into the pieces behind.</summary>
    public void ReadAhead(PieceIndex piece, int offset, int length)
    {
        foreach (FileSlice slice in Layout.Slices(piece, offset, length))
        {
            if (Layout.Files[slice.File.Value].IsStored)
                Holder?.ReadAhead(slice.File, slice.Offset, slice.Length);
        }
    }
}
