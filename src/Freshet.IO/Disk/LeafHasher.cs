using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Disk;

/// <summary>
/// Hashes the blocks of pieces with a v2 side into the leaves of their trees (BEP 52): those of a job together, and none waits for those of another. One thread has it at a time.
/// </summary>
internal sealed unsafe class LeafHasher : IDisposable
{
    private readonly BlockPool _pool;
    private readonly ReadBuffer _buffer;
    private readonly LaneSet _lanes = LaneHashes.ForSha256();
    private readonly BlockLeaves _together;
    private readonly PieceRoots _roots;

    // Whole blocks that are in memory and not hashed yet: where they begin, and which of the piece they are.
    private readonly nint[] _bytes = new nint[LaneSet.Most];
    private readonly int[] _blocks = new int[LaneSet.Most];
    private readonly Sha256Hash[] _hashes = new Sha256Hash[LaneSet.Most];
    private int _waiting;

    public LeafHasher(BlockPool pool, ReadBuffer buffer)
    {
        _pool = pool;
        _buffer = buffer;
        _together = new BlockLeaves(_lanes);
        _roots = new PieceRoots(_lanes);
    }

    /// <summary>
    /// The v2 side of <see cref="DiskJobKind.Hash"/>: the leaves that are not known, from memory or from disk, and the root. What is known is of the bytes as they were
    /// received, and not read again.
    /// </summary>
    public void Hash(DiskJob job, TorrentJobs torrent)
    {
        PieceTrees trees = torrent.Location.Trees!;
        Fill(job, torrent, 0, trees.LeavesIn(job.Range.Piece));
        job.Root = _roots.RootOf(trees, job.Range.Piece, job.Leaves);
    }

    /// <summary><see cref="DiskJobKind.HashLeaves"/>, and the leaves of what a <see cref="DiskJobKind.Write"/> takes out of memory.</summary>
    public void HashBlocks(DiskJob job, TorrentJobs torrent)
        => Fill(job, torrent, job.FirstBlock, Math.Min(job.FirstBlock + job.BlockCount, torrent.Location.Trees!.LeavesIn(job.Range.Piece)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _together.Dispose();
        _lanes.Dispose();
    }

    private void Fill(DiskJob job, TorrentJobs torrent, int first, int end)
    {
        // Whatever a job that failed left behind goes.
        _waiting = 0;
        PieceIndex piece = job.Range.Piece;
        int length = torrent.Location.Trees!.DataLength(piece);
        for (int i = first; i < end; i++)
        {
            if (job.Leaves![i] != default)
                continue;
            int offset = i * BlockRange.BlockLength;
            Span<byte> bytes = Bytes(job, torrent, i, new BlockRange(piece, offset, Math.Min(BlockRange.BlockLength, length - offset)));
            if (bytes.Length < BlockRange.BlockLength)
            {
                job.Leaves[i] = Sha256.Hash(bytes);
                continue;
            }

            // Neither the pool's memory nor the buffer's moves.
            fixed (byte* start = bytes)
                _bytes[_waiting] = (nint)start;
            _blocks[_waiting++] = i;
            if (_waiting == LaneSet.Most)
                HashWaiting(job);
        }

        HashWaiting(job);
    }

    private void HashWaiting(DiskJob job)
    {
        _together.Hash(_bytes.AsSpan(0, _waiting), _hashes);
        for (int i = 0; i < _waiting; i++)
            job.Leaves![_blocks[i]] = _hashes[i];
        _waiting = 0;
    }

    private Span<byte> Bytes(DiskJob job, TorrentJobs torrent, int block, BlockRange data)
    {
        if (block < job.Blocks.Length && !job.Blocks[block].IsNone)
            return _pool.Span(job.Blocks[block], data.Length);

        // A place in the buffer for each that waits.
        Span<byte> bytes = _buffer.Run(ReadBuffer.RunLength).Slice(_waiting * BlockRange.BlockLength, data.Length);
        if (!new PieceReader(torrent.Storage, torrent.Location.Layout).TryFill(data.Piece, data.Offset, bytes, out FileIndex tooShort))
            throw torrent.TooShort(tooShort);
        return bytes;
    }
}
