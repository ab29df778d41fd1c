using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

public sealed class FenceTests
{
    [Fact]
    public async Task A_sync_waits_for_the_writes_before_it_and_holds_up_those_after_it()
    {
        using var storage = new GatedStorage();
        using var rig = new WorkerRig(storage, new DiskWorkerOptions { DiskThreads = 4, HashThreads = 1 });
        var torrent = new SampleTorrent(16_384, 1, ("file", 4 * 16_384));
        rig.Open(torrent, "/nowhere");
        Task<DiskJob> first = Write(rig, torrent, 0);
        Task<DiskJob> second = Write(rig, torrent, 1);
        storage.AwaitStarted(2);
        Task<DiskJob> sync = rig.Submit(DiskJobKind.Sync);
        Task<DiskJob> third = Write(rig, torrent, 2);
        storage.Release(1);
        await Task.WhenAny(first, second);
        Assert.False(sync.IsCompleted);
        Assert.Equal(0, storage.Syncs);
        storage.Release(1);
        await Task.WhenAll(first, second);
        storage.AwaitStarted(1);
        Assert.Equal(1, storage.Syncs);
        Assert.False(third.IsCompleted);
        Assert.Equal(2, storage.Writes);
        storage.Release(2);
        await Task.WhenAll(sync, third);
        Assert.Equal(3, storage.Writes);
    }

    [Fact]
    public async Task A_fence_of_one_torrent_does_not_hold_up_another()
    {
        using var storage = new GatedStorage();
        using var rig = new WorkerRig(storage, new DiskWorkerOptions { DiskThreads = 2, HashThreads = 1 });
        var torrent = new SampleTorrent(16_384, 1, ("file", 4 * 16_384));
        rig.Open(torrent, "/nowhere");
        rig.Open(torrent, "/elsewhere", id: 2);
        Task<DiskJob> sync = rig.Submit(DiskJobKind.Sync);
        storage.AwaitStarted(1);
        Task<DiskJob> waiting = Write(rig, torrent, 0);
        Task<DiskJob> other = rig.Submit(new DiskJob { Kind = DiskJobKind.Stamp, Torrent = new TorrentId(2) });
        await other;
        Assert.False(sync.IsCompleted);
        Assert.False(waiting.IsCompleted);
        storage.Release(2);
        await Task.WhenAll(sync, waiting);
    }

    [Fact]
    public async Task After_a_close_the_number_can_be_opened_again()
    {
        using var storage = new GatedStorage();
        using var rig = new WorkerRig(storage);
        var torrent = new SampleTorrent(16_384, 1, ("file", 16_384));
        rig.Open(torrent, "/nowhere");
        Assert.Throws<InvalidOperationException>(() => rig.Open(torrent, "/nowhere"));
        Task<DiskJob> close = rig.Submit(DiskJobKind.Close);
        rig.Open(torrent, "/nowhere");
        Assert.Null((await close).Error);
        Assert.Null((await rig.Submit(DiskJobKind.Stamp)).Error);
    }

    [Fact]
    public async Task Whatever_a_storage_throws_is_the_jobs_trouble_and_the_worker_lives_on()
    {
        using var storage = new GatedStorage { Failure = new InvalidCastException("from an embedder") };
        using var rig = new WorkerRig(storage, new DiskWorkerOptions { DiskThreads = 1, HashThreads = 1 });
        var torrent = new SampleTorrent(16_384, 1, ("file", 16_384));
        rig.Open(torrent, "/nowhere");
        DiskError error = (await rig.Submit(DiskJobKind.Stamp)).Error!;
        Assert.Equal(DiskErrorKind.Device, error.Kind);
        Assert.Contains("from an embedder", error.Message, StringComparison.Ordinal);
        storage.Failure = null;
        Assert.Null((await rig.Submit(DiskJobKind.Stamp)).Error);
    }

    [Fact]
    public async Task Disposing_finishes_what_was_handed_in()
    {
        using var storage = new GatedStorage();
        var rig = new WorkerRig(storage);
        var torrent = new SampleTorrent(16_384, 1, ("file", 4 * 16_384));
        rig.Open(torrent, "/nowhere");
        Task<DiskJob>[] jobs = [Write(rig, torrent, 0), rig.Submit(DiskJobKind.Sync), Write(rig, torrent, 1)];
        storage.Release(3);
        rig.Dispose();
        await Task.WhenAll(jobs);
        Assert.Equal(2, storage.Writes);
        Assert.Equal(1, storage.Disposed);
    }

    [Fact]
    public async Task A_piece_just_received_is_hashed_while_checks_have_every_thread_that_they_may()
    {
        using var storage = new GatedStorage { HoldsReads = true };
        using var rig = new WorkerRig(storage, new DiskWorkerOptions { DiskThreads = 1, HashThreads = 1 });
        var torrent = new SampleTorrent(16_384, 1, ("file", 2 * 16_384));
        rig.Open(torrent, "/nowhere");
        Task<DiskJob> check = rig.Submit(new DiskJob { Kind = DiskJobKind.Check, PieceCount = 1 });
        storage.AwaitStarted(1);
        BufferLease[] leases = rig.Lease(torrent, new PieceIndex(1));
        DiskJob hash = await rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(new PieceIndex(1), 0, 0), Blocks = leases, BlockCount = 1 });
        Assert.Equal(torrent.HashOf(new PieceIndex(1)), hash.Digest);
        Assert.False(check.IsCompleted);
        storage.Release(1);
        await check;
        rig.Return(leases);
    }

    [Fact]
    public async Task A_check_that_is_cancelled_comes_back_without_an_answer_and_without_reading_on()
    {
        using var storage = new GatedStorage { HoldsReads = true };
        using var rig = new WorkerRig(storage, new DiskWorkerOptions { DiskThreads = 1, HashThreads = 1 });
        var torrent = new SampleTorrent(1 << 20, 1, ("file", 4 << 20));
        rig.Open(torrent, "/nowhere");
        var job = new DiskJob { Kind = DiskJobKind.Check, PieceCount = 4 };
        Task<DiskJob> check = rig.Submit(job);
        storage.AwaitStarted(1);
        job.Cancel();
        storage.Release(1);
        Assert.Null((await check).Good);
        Assert.Equal(1, storage.Reads);
    }

    private static Task<DiskJob> Write(WorkerRig rig, SampleTorrent torrent, int piece)
        => rig.Submit(WorkerRig.WriteJob(new PieceIndex(piece), rig.Lease(torrent, new PieceIndex(piece))));

    /// <summary>Writes and syncs, and reads where that is wanted, that end when they are told to.</summary>
    private sealed class GatedStorage : IStorage, ITorrentStorage
    {
        private readonly SemaphoreSlim _started = new(0);
        private readonly SemaphoreSlim _gate = new(0);
        private int _syncs;
        private int _writes;
        private int _reads;
        private int _disposed;

        public int Syncs => _syncs;

        public int Writes => _writes;

        public int Reads => _reads;

        public int Disposed => _disposed;

        public bool HoldsReads { get; init; }

        public Exception? Failure { get; set; }

        public void AwaitStarted(int count)
        {
            for (int i = 0; i < count; i++)
                _started.Wait();
        }

        public void Release(int count) => _gate.Release(count);

        public ITorrentStorage Open(StorageLocation location) => Failure is null ? this : throw Failure;

        public void Prepare(IReadOnlyList<bool>? wanted, bool allocate)
        {
        }

        public void Write(FileIndex file, long offset, ReadOnlySpan<byte> bytes) => Pass(ref _writes);

        public int Read(FileIndex file, long offset, Span<byte> bytes)
        {
            if (!HoldsReads)
                return 0;
            Pass(ref _reads);
            bytes.Clear();
            return bytes.Length;
        }

        public void Sync() => Pass(ref _syncs);

        public FileStamp[] Stamp() => [];

        public void Dispose() => Interlocked.Increment(ref _disposed);

        private void Pass(ref int count)
        {
            Interlocked.Increment(ref count);
            _started.Release();
            _gate.Wait();
        }
    }
}
