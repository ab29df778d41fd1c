using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;
using Freshet.IO.Native;

namespace Freshet.IO.Tests.Disk;

/// <summary>What a pump reads itself: only what waits for nothing, and always the right bytes.</summary>
public sealed class CachedReadTests
{
    private const int Gap = 13;

    private static readonly TorrentId Torrent = new(1);

    /// <summary>A folder on a device and one in memory, which answers otherwise: it does not know RWF_NOWAIT.</summary>
    public static TheoryData<string> Roots => Directory.Exists("/dev/shm") ? [Path.GetTempPath(), "/dev/shm"] : [Path.GetTempPath()];

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task What_was_just_written_is_read_at_once_whatever_files_it_falls_into(string root)
    {
        DemandLinux();
        string folder = Directory.CreateDirectory(Path.Combine(root, $"freshet-test-{Guid.NewGuid():N}")).FullName;
        try
        {
            var torrent = SampleTorrent.Awkward();
            using var rig = new WorkerRig();
            rig.Open(torrent, folder);
            await rig.WriteAllAsync(torrent);
            for (int piece = 0; piece < torrent.Layout.PieceCount; piece++)
            {
                int length = torrent.Layout.LengthOf(new PieceIndex(piece));
                foreach ((int offset, int count) in new[] { (0, length), (1, length - 1), (20_000, Math.Min(40_000, length - 20_000)), (length - 1, 1) })
                    AssertRead(rig, torrent, new BlockRange(new PieceIndex(piece), offset, count), count);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_only_the_device_has_is_left_to_a_worker()
    {
        DemandLinux();
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(64 * 1024, 3, ("f", 256 * 1024));
        using var rig = new WorkerRig();
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        Assert.Null((await rig.Submit(DiskJobKind.Sync)).Error);
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(folder["f"]))
            Assert.Equal(0, FileCalls.Advise(file, 64 * 1024, 0, FileCalls.AdviseNotNeeded));
        var gone = new BlockRange(new PieceIndex(2), 0, 65_536);
        if (rig.Workers.ReadCached(Torrent, gone, new byte[65_536 + (3 * Gap)], Gap) != 0)
            Assert.Skip("This file system keeps its pages, or cannot tell.");

        // A run whose first part is cached yields that part.
        AssertRead(rig, torrent, new BlockRange(new PieceIndex(0), 0, 65_536), 65_536);

        // The worker's read brings it back for the next.
        BufferLease[] leases = rig.Lease(torrent, new PieceIndex(2));
        Assert.Null((await rig.Submit(new DiskJob { Kind = DiskJobKind.Read, Range = gone, Blocks = leases, BlockCount = leases.Length })).Error);
        rig.Return(leases);
        AssertRead(rig, torrent, gone, 65_536);
    }

    [Fact]
    public async Task What_is_not_open_not_there_or_closed_is_left_to_a_worker()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(64 * 1024, 3, ("f", 256 * 1024));
        torrent.WriteTo(folder.Path);
        using var rig = new WorkerRig();
        var run = new BlockRange(new PieceIndex(0), 0, 65_536);
        Assert.Equal(0, Read(rig, run));
        rig.Open(torrent, folder.Path);
        Assert.Equal(0, Read(rig, run));
        await rig.CheckAsync(torrent);
        if (FileCalls.HasReadWithFlags)
            Assert.Equal(65_536, Read(rig, run));
        File.WriteAllBytes(folder["f"], torrent.Content[..100_000]);
        Assert.InRange(Read(rig, new BlockRange(new PieceIndex(1), 0, 65_536)), 0, 100_000 - 65_536);
        Assert.Equal(0, Read(rig, new BlockRange(new PieceIndex(3), 0, 65_536)));
        Assert.Null((await rig.Submit(DiskJobKind.Close)).Error);
        Assert.Equal(0, Read(rig, run));
    }

    [Fact]
    public async Task Other_systems_files_leave_everything_to_a_worker()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(64 * 1024, 3, ("f", 256 * 1024));
        using var rig = new WorkerRig(new FileStorage(null, root => new PortableFolder(root)));
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        Assert.Equal(0, Read(rig, new BlockRange(new PieceIndex(0), 0, 65_536)));
    }

    /// <summary>A pump may be in the middle of a read when the torrent is closed: it gets right bytes or none, and no file stays open.</summary>
    [Fact]
    public async Task A_close_in_the_middle_of_reads_harms_nobody()
    {
        DemandLinux();
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(64 * 1024, 3, ("f", 256 * 1024));
        torrent.WriteTo(folder.Path);
        var storage = new FileStorage();
        using var rig = new WorkerRig(storage);
        using var stop = new CancellationTokenSource();
        Task[] pumps = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var run = new BlockRange(new PieceIndex(1), 0, 65_536);
                byte[] target = new byte[run.Length + (3 * Gap)];
                int read = rig.Workers.ReadCached(Torrent, run, target, Gap);
                Assert.True(read is 0 or 65_536);
                if (read > 0)
                    Assert.True(target.AsSpan(0, 16_384).SequenceEqual(torrent.Piece(new PieceIndex(1))[..16_384]));
            }
        }))];
        for (int i = 0; i < 200; i++)
        {
            rig.Open(torrent, folder.Path);
            await rig.CheckAsync(torrent);
            await rig.Submit(DiskJobKind.Close);
        }

        await stop.CancelAsync();
        await Task.WhenAll(pumps);
        Assert.Equal(0, storage.OpenFiles);
    }

    /// <summary>Leases need not be neighbours for a run that a worker reads.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_reads_a_run_into_its_leases(bool scattered)
    {
        using var folder = new TemporaryFolder();
        var torrent = SampleTorrent.Awkward();
        using var rig = new WorkerRig();
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        var piece = new PieceIndex(3);
        BufferLease[] leases = scattered ? rig.LeaseScattered(torrent, piece, new SeededRandom(5)) : rig.Lease(torrent, piece);
        foreach (BufferLease lease in leases)
            rig.Pool.Span(lease).Clear();
        var run = new BlockRange(piece, 1000, 50_000);
        DiskJob job = await rig.Submit(new DiskJob { Kind = DiskJobKind.Read, Range = run, Blocks = leases, BlockCount = 4 });
        Assert.Null(job.Error);
        byte[] read = [.. leases.SelectMany(lease => rig.Pool.Span(lease).ToArray())];
        Assert.True(read.AsSpan(0, run.Length).SequenceEqual(torrent.Piece(piece).Slice(1000, 50_000)));
        rig.Return(leases);
    }

    private static void DemandLinux()
    {
        if (!FileCalls.HasReadWithFlags)
            Assert.Skip("Nobody can say here what is cached.");
    }

    private static int Read(WorkerRig rig, BlockRange run) => rig.Workers.ReadCached(Torrent, run, new byte[run.Length + (16 * Gap)], Gap);

    /// <summary>Compares the blocks, and that nothing between them was touched.</summary>
    private static void AssertRead(WorkerRig rig, SampleTorrent torrent, BlockRange run, int expected)
    {
        int blocks = (run.Length + BlockRange.BlockLength - 1) / BlockRange.BlockLength;
        byte[] target = new byte[run.Length + ((blocks - 1) * Gap)];
        target.AsSpan().Fill(0xEE);
        Assert.Equal(expected, rig.Workers.ReadCached(Torrent, run, target, Gap));
        ReadOnlySpan<byte> bytes = torrent.Content.AsSpan((int)torrent.Layout.OffsetOf(run.Piece) + run.Offset, run.Length);
        for (int i = 0; i < blocks; i++)
        {
            ReadOnlySpan<byte> block = bytes[(i * BlockRange.BlockLength)..Math.Min(run.Length, (i + 1) * BlockRange.BlockLength)];
            int place = i * (BlockRange.BlockLength + Gap);
            Assert.True(block.SequenceEqual(target.AsSpan(place, block.Length)), $"{run}: block {i} differs");
            if (i > 0)
                Assert.True(target.AsSpan(place - Gap, Gap).IndexOfAnyExcept((byte)0xEE) < 0, $"{run}: the gap before block {i} was written to");
        }
    }
}
