using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Disk;

/// <summary>Hashes pieces and blocks that lie in leases, partly or wholly spilled to disk. One thread has it at a time.</summary>
internal sealed class PieceHasher : IDisposable
{
    private readonly BlockPool _pool;
    private readonly ReadBuffer _buffer;
    private readonly RunningSha1 _hash = new();
    private byte[]? _block;

    public PieceHasher(BlockPool pool, ReadBuffer buffer)
    {
        _pool = pool;
        _buffer = buffer;
    }

    /// <summary><see cref="DiskJobKind.Hash"/>.</summary>
    public void Hash(DiskJob job, TorrentJobs torrent)
    {
        PieceLayout layout = torrent.Location.Layout;
        PieceIndex piece = job.Range.Piece;
        int length = layout.LengthOf(piece);
        if (job.Hash is null && RunLength(job.Blocks, 0, layout.BlocksIn(piece), length) == length)
        {
            job.Digest = Sha1.Hash(_pool.Span(job.Blocks[0], length));
            return;
        }

        if (job.Hash is RunningSha1 prefix)
        {
            Append(job, torrent, prefix, length);
            job.Digest = prefix.Current();
            return;
        }

        // Whatever a job that failed left behind goes.
        _hash.Reset();
        Append(job, torrent, _hash, length);
        job.Digest = _hash.Finish();
    }

    /// <summary><see cref="DiskJobKind.HashPrefix"/>.</summary>
    public void HashPrefix(DiskJob job, TorrentJobs torrent)
    {
        var hash = (RunningSha1)(job.Hash ??= new RunningSha1());
        if (hash.Covered != job.FirstBlock * BlockRange.BlockLength)
            throw new InvalidOperationException($"The hash covers {hash.Covered} bytes: block {job.FirstBlock} does not follow.");
        int end = (job.FirstBlock + job.BlockCount) * BlockRange.BlockLength;
        Append(job, torrent, hash, Math.Min(end, torrent.Location.Layout.LengthOf(job.Range.Piece)));
    }

    /// <summary><see cref="DiskJobKind.HashBlocks"/>.</summary>
    public void HashBlocks(DiskJob job, TorrentJobs torrent)
    {
        PieceLayout layout = torrent.Location.Layout;
        var digests = new Sha1Hash[layout.BlocksIn(job.Range.Piece)];
        _hash.Reset();
        for (int i = 0; i < digests.Length; i++)
        {
            BlockRange block = layout.Block(job.Range.Piece, i);
            if (i < job.Blocks.Length && !job.Blocks[i].IsNone)
            {
                digests[i] = Sha1.Hash(_pool.Span(job.Blocks[i], block.Length));
                continue;
            }

            if (job.Received is { } received && received[i] != default)
            {
                digests[i] = received[i];
                continue;
            }

            bool whole = TryAppend(new PieceReader(torrent.Storage, layout), block.Piece, block.Offset, block.Length, _hash, out FileIndex tooShort);
            digests[i] = _hash.Finish();
            if (!whole)
                throw torrent.TooShort(tooShort);
        }

        job.BlockDigests = digests;
    }

    /// <summary>Notes the digests of the blocks of a <see cref="DiskJobKind.Write"/>, as they will be read back if the disk is good.</summary>
    public void NoteReceived(DiskJob job, TorrentJobs torrent)
    {
        PieceLayout layout = torrent.Location.Layout;
        for (int i = job.FirstBlock; i < job.FirstBlock + job.BlockCount; i++)
        {
            BlockRange block = layout.Block(job.Range.Piece, i);
            job.Received![i] = Sha1.Hash(AsStored(layout, block, _pool.Span(job.Blocks[i], block.Length)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    // How many bytes from a block on lie in one run of memory, of at most this many.
    private static int RunLength(BufferLease[] blocks, int first, int end, int most)
    {
        if (first >= blocks.Length || blocks[first].IsNone)
            return 0;
        int last = first;
        while (last + 1 < end && last + 1 < blocks.Length && blocks[last].IsFollowedBy(blocks[last + 1]))
            last++;
        return Math.Min(most, (last + 1 - first) * BlockRange.BlockLength);
    }

    // From what the hash covers up to a place in the piece: from memory where there is a lease, else from disk.
    private void Append(DiskJob job, TorrentJobs torrent, RunningSha1 hash, int end)
    {
        PieceLayout layout = torrent.Location.Layout;
        int endBlock = (end + BlockRange.BlockLength - 1) / BlockRange.BlockLength;
        while (hash.Covered < end)
        {
            int block = hash.Covered / BlockRange.BlockLength;
            int within = hash.Covered % BlockRange.BlockLength;
            int run = RunLength(job.Blocks, block, endBlock, end - (hash.Covered - within));
            if (run > 0)
            {
                hash.Append(_pool.Span(job.Blocks[block], run)[within..]);
                continue;
            }

            if (job.Received is { } received && within == 0)
            {
                Compare(job, torrent, received[block], layout.Block(job.Range.Piece, block), hash);
                continue;
            }

            int next = block + 1;
            while (next < endBlock && (next >= job.Blocks.Length || job.Blocks[next].IsNone))
                next++;
            int length = Math.Min(end, next * BlockRange.BlockLength) - hash.Covered;
            var reader = new PieceReader(torrent.Storage, layout);
            if (!TryAppend(reader, job.Range.Piece, hash.Covered, length, hash, out FileIndex tooShort))
                throw torrent.TooShort(tooShort);
        }
    }

    // Adds bytes that are on disk; false where a file ends too soon, and what came before is in.
    private bool TryAppend(PieceReader reader, PieceIndex piece, int offset, int length, RunningSha1 hash, out FileIndex tooShort)
    {
        tooShort = default;
        for (int done = 0, part; done < length; done += part)
        {
            part = Math.Min(ReadBuffer.RunLength, length - done);
            if (!reader.TryFill(piece, offset + done, _buffer.Run(part), out tooShort))
                return false;
            hash.Append(_buffer.Run(part));
        }

        return true;
    }

    // Reads a block back, once for the hash and for the comparison: what is compared is what the verdict is about.
    private void Compare(DiskJob job, TorrentJobs torrent, in Sha1Hash received, BlockRange block, RunningSha1 hash)
    {
        Span<byte> bytes = (_block ??= new byte[BlockRange.BlockLength]).AsSpan(0, block.Length);
        if (!new PieceReader(torrent.Storage, torrent.Location.Layout).TryFill(block.Piece, block.Offset, bytes, out FileIndex tooShort))
            throw torrent.TooShort(tooShort);
        hash.Append(bytes);
        if (received != default && job.SpoiltBlock < 0 && Sha1.Hash(bytes) != received)
            job.SpoiltBlock = block.BlockInPiece;
    }

    // Filler is read back as zero whatever was sent for it.
    private ReadOnlySpan<byte> AsStored(PieceLayout layout, BlockRange block, ReadOnlySpan<byte> bytes)
    {
        int position = 0;
        bool isCopy = false;
        foreach (FileSlice slice in layout.Slices(block.Piece, block.Offset, block.Length))
        {
            if (!layout.Files[slice.File.Value].IsStored)
            {
                Span<byte> copy = (_block ??= new byte[BlockRange.BlockLength]).AsSpan(0, bytes.Length);
                if (!isCopy)
                    bytes.CopyTo(copy);
                isCopy = true;
                copy.Slice(position, slice.Length).Clear();
                bytes = copy;
            }

            position += slice.Length;
        }

        return bytes;
    }
}
