using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

public sealed class AllocationTests
{
    private const int BlocksPerPiece = 4;

    [Fact]
    public void A_block_that_comes_in_is_hashed_and_written_allocates_nothing()
    {
        const int Pieces = 300;
        byte[] zeros = new byte[BlocksPerPiece * BlockRange.BlockLength];
        var digest = new Sha1Hash(SHA1.HashData(zeros));
        byte[] hashes = new byte[Pieces * 20];
        for (int i = 0; i < Pieces; i++)
            digest.Bytes.CopyTo(hashes.AsSpan(i * 20));
        var file = new FileEntry { Index = new FileIndex(0), Path = "f", OriginalPath = "f", Length = (long)Pieces * zeros.Length, Offset = 0 };
        var layout = new PieceLayout([file], zeros.Length);
        using var pool = new BlockPool(1 << 20);
        var effects = new QueueOfJobs();
        var session = new SessionStorage(pool, effects);
        var owner = new QuietOwner();
        var storage = new TorrentStorage(
            session, new StorageLocation(new TorrentId(1), "/", layout, hashes), default, new Sha1PieceVerifier(hashes), owner);
        MonoTime now = MonoTime.Zero;
        storage.Start(null, "boot", new StartPolicy(DiskCheck.Auto), now);
        Drain(session, effects, digest, now);
        Assert.True(storage.IsReady);
        for (int piece = 0; piece < Pieces / 2; piece++)
            Receive(session, effects, storage, pool, piece, digest, now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int piece = Pieces / 2; piece < Pieces; piece++)
            Receive(session, effects, storage, pool, piece, digest, now);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(storage.Have.IsFull);
        Assert.Equal(Pieces, owner.Written);
        Assert.Equal(0, allocated);
    }

    private static void Receive(SessionStorage session, QueueOfJobs effects, TorrentStorage storage, BlockPool pool, int piece, in Sha1Hash digest, MonoTime now)
    {
        for (int block = 0; block < BlocksPerPiece; block++)
        {
            pool.TryRent(default, BlocksPerPiece, out BufferLease lease);
            storage.Accept(
                new BlockRange(new PieceIndex(piece), block * BlockRange.BlockLength, BlockRange.BlockLength), lease, new ConnectionId(2), now);
        }

        session.Advance(now);
        Drain(session, effects, digest, now);
    }

    private static void Drain(SessionStorage session, QueueOfJobs effects, in Sha1Hash digest, MonoTime now)
    {
        while (effects.Jobs.TryDequeue(out DiskJob? job))
        {
            job.Digest = digest;
            session.Handle(job, now);
        }
    }

    private sealed class QueueOfJobs : IEngineEffects
    {
        public Queue<DiskJob> Jobs { get; } = new();

        public void Submit(DiskJob job) => Jobs.Enqueue(job);

        public void OpenStorage(StorageLocation location)
        {
        }

        public void Save(ResumeRecord record, long ticket)
        {
        }

        public void Send(in PeerCommand command) => throw new InvalidOperationException();

        public void Fetch(HttpFetch fetch) => throw new InvalidOperationException();

        public void Resolve(ResolveRequest request) => throw new InvalidOperationException();

        public void SendDatagram(in Datagram datagram) => throw new InvalidOperationException();

        public void Publish(EngineNotice notice) => throw new InvalidOperationException();

        public void PieceDone(TorrentId torrent, PieceIndex piece) => throw new InvalidOperationException();
    }

    private sealed class QuietOwner : ITorrentStorageOwner
    {
        public int Written { get; private set; }

        public void PieceWritten(PieceIndex piece, MonoTime now) => Written++;

        public void StorageReady(IReadOnlyList<PartialPiece> partials, MonoTime now)
        {
        }

        public void NotWhole(int pieces, MonoTime now) => throw new InvalidOperationException();

        public void CheckNeeded(MonoTime now) => throw new InvalidOperationException();

        public void CheckProgressed(long checkedBytes, long totalBytes, MonoTime now) => throw new InvalidOperationException();

        public void FilesMissing(IReadOnlyList<FileIndex> files, MonoTime now) => throw new InvalidOperationException();

        public void FilesForeign(IReadOnlyList<FileIndex> files, MonoTime now) => throw new InvalidOperationException();

        public void PieceFailed(PieceFailure failure, MonoTime now) => throw new InvalidOperationException();

        public void BlocksFailed(BlocksFailure failure, MonoTime now)
        {
        }

        public bool LeavesNeeded(PieceIndex piece, MonoTime now) => false;

        public void PieceInConflict(PieceIndex piece, MonoTime now)
        {
        }

        public void PieceProven(PieceIndex piece, Sha1Hash[] digests, MonoTime now) => throw new InvalidOperationException();

        public void PieceSpoilt(PieceIndex piece, DiskError error, MonoTime now)
        {
        }

        public void PieceLost(PieceIndex piece, MonoTime now) => throw new InvalidOperationException();

        public void StorageTroubled(DiskError error, bool willRetry, MonoTime now) => throw new InvalidOperationException();

        public void StorageRecovered(MonoTime now) => throw new InvalidOperationException();

        public void SyncFailed(DiskError error, MonoTime now) => throw new InvalidOperationException();

        public void StorageClosed(MonoTime now) => throw new InvalidOperationException();
    }
}
