using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

/// <summary>Notes what a storage tells its torrent, and checks each announced piece on the spot.</summary>
internal sealed class OwnerLog(StorageRig rig) : ITorrentStorageOwner, IBlockRequester
{
    public List<int> Written { get; } = [];

    public List<PieceFailure> Failures { get; } = [];

    public List<(int Piece, Sha1Hash[] Digests)> Proven { get; } = [];

    public List<BlocksFailure> BlockFailures { get; } = [];

    /// <summary>Pieces whose blocks' hashes were asked for; who is asked is up to the test.</summary>
    public List<int> LeavesAsked { get; } = [];

    public bool CanAskLeaves { get; set; }

    public List<int> Conflicts { get; } = [];

    public List<int> Lost { get; } = [];

    public List<(int Piece, DiskError Error)> Spoilt { get; } = [];

    public List<(DiskError Error, bool WillRetry)> Troubles { get; } = [];

    public int Recovered { get; private set; }

    public List<DiskError> SyncFailures { get; } = [];

    public IReadOnlyList<PartialPiece>? Partials { get; private set; }

    public IReadOnlyList<FileIndex> Missing { get; private set; } = [];

    public IReadOnlyList<FileIndex> Foreign { get; private set; } = [];

    public int Closed { get; private set; }

    public int Progressed { get; private set; }

    public List<BufferLease> Read { get; } = [];

    public List<DiskError?> ReadErrors { get; } = [];

    public int HeldLeases => Read.Count;

    public int ReadsOut { get; set; }

    public void StorageReady(IReadOnlyList<PartialPiece> partials, MonoTime now)
    {
        Assert.Null(Partials);
        Partials = partials;
    }

    public void NotWhole(int pieces, MonoTime now) => Assert.Fail("nobody asked for that");

    public void CheckNeeded(MonoTime now) => rig.Torrent.Check(now);

    public void CheckProgressed(long checkedBytes, long totalBytes, MonoTime now)
    {
        Assert.InRange(checkedBytes, 1, totalBytes);
        Progressed++;
    }

    public void FilesMissing(IReadOnlyList<FileIndex> files, MonoTime now) => Missing = files;

    public void FilesForeign(IReadOnlyList<FileIndex> files, MonoTime now) => Foreign = files;

    public void PieceWritten(PieceIndex piece, MonoTime now)
    {
        Assert.True(rig.Content(piece).SequenceEqual(rig.Disk.ReadPiece(piece)), "announced before it was written, or wrong");
        Written.Add(piece.Value);
    }

    public void PieceFailed(PieceFailure failure, MonoTime now) => Failures.Add(failure);

    public void PieceProven(PieceIndex piece, Sha1Hash[] digests, MonoTime now)
    {
        Assert.DoesNotContain(piece.Value, Written);
        Proven.Add((piece.Value, digests));
    }

    public void PieceSpoilt(PieceIndex piece, DiskError error, MonoTime now) => Spoilt.Add((piece.Value, error));

    public void BlocksFailed(BlocksFailure failure, MonoTime now) => BlockFailures.Add(failure);

    public bool LeavesNeeded(PieceIndex piece, MonoTime now)
    {
        LeavesAsked.Add(piece.Value);
        return CanAskLeaves;
    }

    public void PieceInConflict(PieceIndex piece, MonoTime now) => Conflicts.Add(piece.Value);

    public void PieceLost(PieceIndex piece, MonoTime now) => Lost.Add(piece.Value);

    public void StorageTroubled(DiskError error, bool willRetry, MonoTime now) => Troubles.Add((error, willRetry));

    public void StorageRecovered(MonoTime now) => Recovered++;

    public void SyncFailed(DiskError error, MonoTime now) => SyncFailures.Add(error);

    public void StorageClosed(MonoTime now) => Closed++;

    public void BlocksRead(BlockRange run, ReadOnlySpan<BufferLease> leases, DiskError? error, MonoTime now)
    {
        ReadsOut--;
        ReadErrors.Add(error);
        Read.AddRange(leases);
    }
}
