using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Disk;

/// <summary>
/// Carries out <see cref="DiskJobKind.Check"/> of torrents with a v2 side: computes the roots of the pieces' trees, and in the same pass the SHA-1 of a hybrid's. One thread
/// has it at a time.
/// </summary>
internal sealed class RootChecker(ReadBuffer buffer) : IDisposable
{
    private readonly RunningSha1 _sha1 = new();
    private Sha256Hash[] _leaves = [];

    /// <summary>Says what the pieces are, and which are right by SHA-1; trouble with some says nothing of the others.</summary>
    public void Check(DiskJob job, TorrentJobs torrent)
    {
        StorageLocation location = torrent.Location;
        bool[] good = new bool[job.PieceCount];
        var roots = new Sha256Hash[job.PieceCount];
        using var holder = new FileHolder(torrent.Storage);
        var reader = new PieceReader(torrent.Storage, location.Layout, holder);
        for (int i = 0; i < good.Length; i++)
        {
            var piece = new PieceIndex(job.Range.Piece.Value + i);
            _sha1.Reset();
            try
            {
                if (!TryHash(job, location, reader, piece))
                    continue;
            }
            catch (StorageException trouble)
            {
                job.Error ??= trouble.Error;
                continue;
            }

            roots[i] = location.Trees!.RootOf(piece, _leaves);
            good[i] = location.HasV1 && location.PieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length).SequenceEqual(_sha1.Finish().Bytes);
        }

        if (job.IsCancelled)
            return;
        job.Good = good;
        job.Roots = roots;
    }

    /// <inheritdoc/>
    public void Dispose() => _sha1.Dispose();

    private bool TryHash(DiskJob job, StorageLocation location, PieceReader reader, PieceIndex piece)
    {
        int data = location.Trees!.DataLength(piece);
        int length = location.HasV1 ? location.Layout.LengthOf(piece) : data;
        if (_leaves.Length < location.Trees.LeavesIn(piece))
            _leaves = new Sha256Hash[location.Trees.LeavesIn(piece)];
        for (int offset = 0; offset < length; offset += ReadBuffer.RunLength)
        {
            Span<byte> run = buffer.Run(Math.Min(ReadBuffer.RunLength, length - offset));
            if (job.IsCancelled || !reader.TryFill(piece, offset, run, out _))
                return false;
            for (int at = 0; at < run.Length; at += BlockRange.BlockLength)
            {
                // A block goes through both hashes while it is in the nearest cache.
                Span<byte> block = run.Slice(at, Math.Min(BlockRange.BlockLength, run.Length - at));
                if (location.HasV1)
                    _sha1.Append(block);
                int inTree = Math.Min(block.Length, data - offset - at);
                if (inTree > 0)
                    _leaves[(offset + at) / BlockRange.BlockLength] = Sha256.Hash(block[..inTree]);
            }
        }

        return true;
    }
}
