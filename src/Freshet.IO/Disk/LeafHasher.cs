using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Disk;

/// <summary>Hashes the blocks of pieces with a v2 side into the leaves of their trees (BEP 52). One thread has it at a time.</summary>
internal sealed class LeafHasher(BlockPool pool)
{
    private readonly PieceRoots _roots = new();
    private byte[]? _block;

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

    private void Fill(DiskJob job, TorrentJobs torrent, int first, int end)
    {
        PieceIndex piece = job.Range.Piece;
        int length = torrent.Location.Trees!.DataLength(piece);
        for (int i = first; i < end; i++)
        {
            if (job.Leaves![i] != default)
                continue;
            int offset = i * BlockRange.BlockLength;
            job.Leaves[i] = Sha256.Hash(Bytes(job, torrent, i, new BlockRange(piece, offset, Math.Min(BlockRange.BlockLength, length - offset))));
        }
    }

    private ReadOnlySpan<byte> Bytes(DiskJob job, TorrentJobs torrent, int block, BlockRange data)
    {
        if (block < job.Blocks.Length && !job.Blocks[block].IsNone)
            return pool.Span(job.Blocks[block], data.Length);
        Span<byte> bytes = (_block ??= new byte[BlockRange.BlockLength]).AsSpan(0, data.Length);
        if (!new PieceReader(torrent.Storage, torrent.Location.Layout).TryFill(data.Piece, data.Offset, bytes, out FileIndex tooShort))
            throw torrent.TooShort(tooShort);
        return bytes;
    }
}
