using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>
/// Writes the blocks of a piece with as few calls as can be: neighbouring leases are one run of memory, and all runs that fall into one
/// file go out with one gathered call. One thread has it at a time.
/// </summary>
internal sealed unsafe class PieceWriter
{
    private readonly BlockPool _pool;
    private readonly IoVector[] _runs = new IoVector[FileCalls.MaxVectors];

    public PieceWriter(BlockPool pool) => _pool = pool;

    /// <summary><see cref="DiskJobKind.Write"/>.</summary>
    public void Write(DiskJob job, TorrentJobs torrent)
    {
        PieceLayout layout = torrent.Location.Layout;
        ITorrentStorage storage = torrent.Storage;
        int start = job.FirstBlock * BlockRange.BlockLength;
        int end = Math.Min((job.FirstBlock + job.BlockCount) * BlockRange.BlockLength, layout.LengthOf(job.Range.Piece));
        int position = start;
        foreach (FileSlice slice in layout.Slices(job.Range.Piece, start, end - start))
        {
            if (layout.Files[slice.File.Value].IsStored)
                WriteSlice(job.Blocks, storage, slice, position);
            position += slice.Length;
        }
    }

    private void WriteSlice(BufferLease[] blocks, ITorrentStorage storage, FileSlice slice, int position)
    {
        int done = 0;
        while (done < slice.Length)
        {
            int length = Gather(blocks, position + done, slice.Length - done, out int count);
            Span<IoVector> runs = _runs.AsSpan(0, count);
            if (count > 1 && storage is IGatheringStorage gathering)
            {
                gathering.Write(slice.File, slice.Offset + done, runs);
            }
            else
            {
                long offset = slice.Offset + done;
                foreach (IoVector run in runs)
                {
                    storage.Write(slice.File, offset, new ReadOnlySpan<byte>((void*)run.Base, (int)run.Length));
                    offset += (long)run.Length;
                }
            }

            done += length;
        }
    }

    // Collects runs of memory from a place in the piece on; answers how many bytes they hold.
    private int Gather(BufferLease[] blocks, int position, int most, out int count)
    {
        count = 0;
        int length = 0;
        while (length < most && count < _runs.Length)
        {
            int block = (position + length) / BlockRange.BlockLength;
            int within = (position + length) % BlockRange.BlockLength;
            int last = block;
            while (((last + 1) * BlockRange.BlockLength) - position < most && blocks[last].IsFollowedBy(blocks[last + 1]))
                last++;
            if (blocks[block].IsNone)
                throw new InvalidOperationException($"Block {block} was to be written but is not in memory.");
            int run = Math.Min(most - length, ((last + 1 - block) * BlockRange.BlockLength) - within);
            Span<byte> bytes = _pool.Span(blocks[block], run + within)[within..];
            _runs[count++] = new IoVector((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)), (nuint)run);
            length += run;
        }

        return length;
    }
}
