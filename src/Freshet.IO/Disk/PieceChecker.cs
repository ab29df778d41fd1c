using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Disk;

/// <summary>Carries out <see cref="DiskJobKind.Check"/>. One thread has it at a time.</summary>
internal sealed class PieceChecker(ReadBuffer buffer) : IDisposable
{
    private readonly StoredPieceHasher _hasher = new(buffer);

    /// <summary>Says which pieces are right by SHA-1 and what each is by its tree; trouble with some says nothing of the others.</summary>
    public void Check(DiskJob job, TorrentJobs torrent)
    {
        var pieces = new StoredPiece[job.PieceCount];
        using var holder = new FileHolder(torrent.Storage);
        StorageLocation location = torrent.Location;
        var reader = new PieceReader(torrent.Storage, location.Layout, holder);
        if (!_hasher.Hash(new PieceRun(reader, job.Range.Piece, pieces, new Watch(job), new PieceSides(location.Trees, !location.HasV1))))
            return;
        bool[] good = new bool[pieces.Length];
        for (int i = 0; i < good.Length; i++)
        {
            good[i] = location.HasV1 && pieces[i].IsRight(location, new PieceIndex(job.Range.Piece.Value + i));
            job.Error ??= pieces[i].Trouble?.Error;
        }

        job.Good = good;
        job.Roots = location.Trees is null ? null : [.. pieces.Select(piece => piece.Root)];
    }

    /// <inheritdoc/>
    public void Dispose() => _hasher.Dispose();

    private sealed class Watch(DiskJob job) : IHashWatch
    {
        public bool IsCancelled => job.IsCancelled;

        public void Advanced(long bytes)
        {
        }
    }
}
