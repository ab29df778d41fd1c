using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

/// <summary>Workers, a pool and a way to wait for jobs.</summary>
internal sealed class WorkerRig : IDisposable
{
    private readonly DiskWorkers _workers;

    public WorkerRig(IStorage? storage = null, DiskWorkerOptions? options = null, long poolBytes = 32 << 20)
    {
        Pool = new BlockPool(poolBytes);
        _workers = new DiskWorkers(storage ?? new FileStorage(), Pool, options);
        _workers.Start(job => ((TaskCompletionSource<DiskJob>)job.Tag!).SetResult(job));
    }

    public BlockPool Pool { get; }

    public DiskWorkers Workers => _workers;

    public void Open(SampleTorrent torrent, string directory, int id = 1) => _workers.OpenStorage(torrent.At(directory, id));

    public Task<DiskJob> Submit(DiskJob job)
    {
        var done = new TaskCompletionSource<DiskJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        job.Tag = done;
        if (job.Torrent == default)
            job.Torrent = new TorrentId(1);
        _workers.Submit(job);
        return done.Task;
    }

    public Task<DiskJob> Submit(DiskJobKind kind) => Submit(new DiskJob { Kind = kind });

    /// <summary>A piece's bytes in leases that follow one another.</summary>
    public BufferLease[] Lease(SampleTorrent torrent, PieceIndex piece)
    {
        var leases = new BufferLease[torrent.Layout.BlocksIn(piece)];
        for (int i = 0; i < leases.Length; i++)
            Assert.True(Pool.TryRent(i == 0 ? default : leases[i - 1], leases.Length - i, out leases[i]));
        Fill(torrent, piece, leases);
        return leases;
    }

    /// <summary>A piece's bytes in leases that lie about at random.</summary>
    public BufferLease[] LeaseScattered(SampleTorrent torrent, PieceIndex piece, SeededRandom random)
    {
        var leases = new BufferLease[torrent.Layout.BlocksIn(piece)];
        int[] order = [.. Enumerable.Range(0, leases.Length)];
        random.Shuffle<int>(order);
        foreach (int block in order)
            Assert.True(Pool.TryRent(default, 1, out leases[block]));
        Fill(torrent, piece, leases);
        return leases;
    }

    public void Return(params BufferLease[] leases)
    {
        foreach (BufferLease lease in leases)
            Pool.Return(lease);
    }

    public async Task<DiskJob> WriteAsync(SampleTorrent torrent, PieceIndex piece)
    {
        BufferLease[] leases = Lease(torrent, piece);
        DiskJob job = await Submit(WriteJob(piece, leases));
        Return(leases);
        return job;
    }

    public async Task WriteAllAsync(SampleTorrent torrent)
    {
        for (int i = 0; i < torrent.Layout.PieceCount; i++)
            Assert.Null((await WriteAsync(torrent, new PieceIndex(i))).Error);
    }

    public static DiskJob WriteJob(PieceIndex piece, BufferLease[] leases)
        => new() { Kind = DiskJobKind.Write, Range = new BlockRange(piece, 0, 0), Blocks = leases, BlockCount = leases.Length };

    public async Task<DiskJob> CheckAsync(SampleTorrent torrent)
        => await Submit(new DiskJob { Kind = DiskJobKind.Check, PieceCount = torrent.Layout.PieceCount });

    public void Dispose()
    {
        _workers.Dispose();
        Pool.Dispose();
    }

    private void Fill(SampleTorrent torrent, PieceIndex piece, BufferLease[] leases)
    {
        for (int i = 0; i < leases.Length; i++)
        {
            BlockRange block = torrent.Layout.Block(piece, i);
            torrent.Piece(piece).Slice(block.Offset, block.Length).CopyTo(Pool.Span(leases[i]));
        }
    }
}
