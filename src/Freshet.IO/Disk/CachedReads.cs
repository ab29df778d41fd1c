using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>Reads runs of blocks that are in memory, through the files that they fall into, with one call a file.</summary>
/// <param name="Storage">The files.</param>
/// <param name="Layout">Where they lie.</param>
internal readonly unsafe record struct CachedReads(ICachedStorage Storage, PieceLayout Layout)
{
    /// <summary>Blocks of a call: more than a pump lays at once. A longer run is read up to here.</summary>
    private const int MaxBlocks = 64;

    /// <summary>See <see cref="Freshet.Abstractions.ICachedReader.ReadCached"/>.</summary>
    public int Read(BlockRange run, Span<byte> target, int gap)
    {
        int done = 0;
        int length = Math.Min(run.Length, MaxBlocks * BlockRange.BlockLength);
        IoVector* vectors = stackalloc IoVector[MaxBlocks + 1];
        fixed (byte* start = target)
        {
            foreach (FileSlice slice in Layout.Slices(run.Piece, run.Offset, length))
            {
                int count = Cut(start, target.Length, done, slice.Length, gap, vectors);
                if (!Layout.Files[slice.File.Value].IsStored)
                    Clear(vectors, count);
                else if (Storage.ReadCached(slice.File, slice.Offset, new ReadOnlySpan<IoVector>(vectors, count)) is int read && read < slice.Length)
                    return done + Math.Max(0, read);
                done += slice.Length;
            }
        }

        return done;
    }

    /// <summary>The places in the target where the bytes of a slice go, cut where blocks end.</summary>
    private static int Cut(byte* target, int targetLength, int from, int length, int gap, IoVector* vectors)
    {
        int count = 0;
        while (length > 0)
        {
            int part = Math.Min(length, BlockRange.BlockLength - (from % BlockRange.BlockLength));
            int place = from + (from / BlockRange.BlockLength * gap);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(place + part, targetLength);
            vectors[count++] = new IoVector((nint)(target + place), (nuint)part);
            from += part;
            length -= part;
        }

        return count;
    }

    private static void Clear(IoVector* vectors, int count)
    {
        for (int i = 0; i < count; i++)
            new Span<byte>((void*)vectors[i].Base, (int)vectors[i].Length).Clear();
    }
}
