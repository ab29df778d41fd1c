using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>Carries out jobs on one worker thread, with the buffers and hash states that this thread keeps.</summary>
internal sealed class JobRunner : IDisposable
{
    private readonly BlockPool _pool;
    private readonly ReadBuffer _buffer = new();
    private readonly PieceChecker _checker;
    private readonly PieceHasher _hasher;
    private readonly PieceWriter _writer;
    private readonly LeafHasher _leaves;
    private readonly BlockCopier _copier;

    public JobRunner(BlockPool pool, ISourceLender lender)
    {
        _pool = pool;
        _checker = new PieceChecker(_buffer);
        _hasher = new PieceHasher(pool, _buffer);
        _writer = new PieceWriter(pool);
        _leaves = new LeafHasher(pool, _buffer);
        _copier = new BlockCopier(_buffer, lender);
    }

    /// <summary>Carries a job out; trouble goes into <see cref="DiskJob.Error"/>.</summary>
    public void Run(DiskJob job, TorrentJobs torrent)
    {
        try
        {
            RunOrThrow(job, torrent);
        }
        catch (Exception exception)
        {
            // Whatever a storage throws (it may be an embedder's) is this job's trouble, never the end of the thread that others need.
            job.Error = DiskErrors.FromException(exception, torrent.Location.Directory);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hasher.Dispose();
        _leaves.Dispose();
        _checker.Dispose();
        _buffer.Dispose();
    }

    private void RunOrThrow(DiskJob job, TorrentJobs torrent)
    {
        switch (job.Kind)
        {
            case DiskJobKind.Prepare:
                torrent.Storage.Prepare(job.Wanted, job.Allocate);
                break;
            case DiskJobKind.Write:
                if (job.Received is not null)
                    _hasher.NoteReceived(job, torrent);
                if (job.Leaves is not null)
                    _leaves.HashBlocks(job, torrent);
                _writer.Write(job, torrent);
                break;
            case DiskJobKind.Read:
                Read(job, torrent);
                break;
            case DiskJobKind.Hash:
                if (torrent.Location.HasV1)
                    _hasher.Hash(job, torrent);
                if (job.Leaves is not null)
                    _leaves.Hash(job, torrent);
                break;
            case DiskJobKind.HashLeaves:
                _leaves.HashBlocks(job, torrent);
                break;
            case DiskJobKind.HashPrefix:
                _hasher.HashPrefix(job, torrent);
                break;
            case DiskJobKind.HashBlocks:
                _hasher.HashBlocks(job, torrent);
                break;
            case DiskJobKind.Check:
                _checker.Check(job, torrent);
                break;
            case DiskJobKind.Copy:
                _copier.Copy(job, torrent);
                break;
            case DiskJobKind.Stamp:
                job.Files = torrent.Storage.Stamp();
                break;
            case DiskJobKind.Sync:
                torrent.Storage.Sync();
                break;
            case DiskJobKind.Close:
                torrent.Dispose();
                break;
            default:
                throw new InvalidOperationException($"Unknown job {job.Kind}.");
        }
    }

    private void Read(DiskJob job, TorrentJobs torrent)
    {
        var reader = new PieceReader(torrent.Storage, torrent.Location.Layout);
        for (int first = 0; first < job.BlockCount;)
        {
            // Neighbours in the file that are neighbours in memory are read with one call.
            int next = first + 1;
            while (next < job.BlockCount && job.Blocks[next - 1].IsFollowedBy(job.Blocks[next]))
                next++;
            int from = first * BlockRange.BlockLength;
            int length = Math.Min(next * BlockRange.BlockLength, job.Range.Length) - from;
            if (!reader.TryFill(job.Range.Piece, job.Range.Offset + from, _pool.Span(job.Blocks[first], length), out FileIndex tooShort))
                throw torrent.TooShort(tooShort);
            first = next;
        }
    }
}
