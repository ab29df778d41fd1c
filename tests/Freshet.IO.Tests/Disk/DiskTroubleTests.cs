using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;
using Freshet.IO.Native;

namespace Freshet.IO.Tests.Disk;

public sealed class DiskTroubleTests
{
    // F1
    [Fact]
    public async Task A_full_disk_is_said_to_be_full_and_takes_more_once_there_is_room()
    {
        using TemporaryMount mount = TemporaryMount.OrSkip("size=1m");
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(256 * 1024, 3, ("d/file", 1536 * 1024));
        File.WriteAllBytes(mount["other"], new byte[700 * 1024]);
        rig.Open(torrent, mount["root"]);
        var failed = new List<int>();
        for (int i = 0; i < torrent.Layout.PieceCount; i++)
        {
            DiskError? error = (await rig.WriteAsync(torrent, new PieceIndex(i))).Error;
            if (error is null)
                continue;
            Assert.Equal(DiskErrorKind.Full, error.Kind);
            Assert.Equal(mount["root/d/file"], error.Path);
            failed.Add(i);
        }

        Assert.NotEmpty(failed);
        File.Delete(mount["other"]);
        mount.Remount("size=4m");
        foreach (int piece in failed)
            Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(piece))).Error);
        torrent.AssertOnDisk(mount["root"]);
    }

    // F1
    [Fact]
    public async Task Full_allocation_says_that_the_disk_is_full_before_anything_is_fetched()
    {
        using TemporaryMount mount = TemporaryMount.OrSkip("size=1m");
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(256 * 1024, 3, ("d/file", 1536 * 1024));
        rig.Open(torrent, mount["root"]);
        DiskJob job = await rig.Submit(new DiskJob { Kind = DiskJobKind.Prepare, Allocate = true });
        Assert.Equal(DiskErrorKind.Full, job.Error!.Kind);
    }

    [Fact]
    public async Task A_read_only_file_system_is_said_to_be_one_and_can_still_be_read()
    {
        using TemporaryMount mount = TemporaryMount.OrSkip("size=4m");
        using var rig = new WorkerRig();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(mount["root"]);
        mount.Remount("ro");
        rig.Open(torrent, mount["root"]);
        Assert.All((await rig.CheckAsync(torrent)).Good!, Assert.True);
        DiskError error = (await rig.WriteAsync(torrent, new PieceIndex(0))).Error!;
        Assert.Equal(DiskErrorKind.Denied, error.Kind);
        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
        mount.Remount("rw");
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(0))).Error);
    }

    // F4: far more files than may be open; counted by the system, not by us.
    [Fact]
    public async Task Five_hundred_files_are_written_and_checked_with_a_handful_open_at_once()
    {
        using var folder = new TemporaryFolder();
        const int Budget = 6;
        const int Threads = 3;
        var storage = new FileStorage(Budget);
        using var rig = new WorkerRig(storage, new DiskWorkerOptions { DiskThreads = Threads, HashThreads = Threads });
        var torrent = new SampleTorrent(32 * 1024, 8, [.. Enumerable.Range(0, 500).Select(i => ($"t/{i % 20}/{i}", (long)(i * 37 % 9000)))]);
        rig.Open(torrent, folder.Path);
        int most = 0;
        for (int i = 0; i < torrent.Layout.PieceCount; i++)
        {
            Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(i))).Error);
            most = Math.Max(most, OpenBelow(folder.Path));
        }

        await rig.Submit(DiskJobKind.Prepare);
        Assert.Null((await rig.Submit(DiskJobKind.Sync)).Error);
        Assert.All((await rig.CheckAsync(torrent)).Good!, Assert.True);
        Assert.InRange(Math.Max(most, OpenBelow(folder.Path)), 0, Budget + Threads);
        torrent.AssertOnDisk(folder.Path);
        await rig.Submit(DiskJobKind.Close);
        Assert.Equal(0, storage.OpenFiles);
        Assert.Equal(0, OpenBelow(folder.Path));
    }

    // F4
    [Theory]
    [InlineData(16, 4)]
    [InlineData(64, 4)]
    [InlineData(256, 52)]
    [InlineData(1024, 100)]
    [InlineData(int.MaxValue, 100)]
    public void The_handle_budget_leaves_most_of_the_limit_to_others(long limit, int budget) => Assert.Equal(budget, HandleBudget.FromLimit(limit));

    // F4
    [Fact]
    public async Task When_the_process_has_no_handle_left_idle_files_are_closed_and_the_job_goes_on()
    {
        using var folder = new TemporaryFolder();
        var refused = 0;
        var storage = new FileStorage(100, root => new FaultyFolder(root)
        {
            BeforeOpen = path =>
            {
                if (path.EndsWith("/b", StringComparison.Ordinal) && refused++ == 0)
                    throw DiskErrors.Exception(Errno.TooManyFiles, path);
            },
        });
        using var rig = new WorkerRig(storage);
        var torrent = new SampleTorrent(16_384, 3, ("d/a", 16_384), ("d/b", 16_384));
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        Assert.Equal(2, refused);
        Assert.Equal(1, storage.OpenFiles);
        torrent.AssertOnDisk(folder.Path);
    }

    // Chaos 7b: .NET's own call reports success here.
    [Fact]
    public void A_failing_fdatasync_is_seen()
    {
        Assert.SkipUnless(FileCalls.IsSupported, "This path is for 64-bit Linux.");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        RandomAccess.FlushToDisk(handle);
        using var file = new LinuxFile(handle, "/the/pipe", 0);
        Assert.Equal("/the/pipe", Assert.Throws<StorageException>(file.Sync).Error.Path);
        Assert.NotEqual(0, FileSync.Sync(handle));
    }

    // Chaos 7b
    [Fact]
    public async Task A_failed_sync_is_the_jobs_error_and_the_next_one_asks_again()
    {
        using var folder = new TemporaryFolder();
        bool fail = true;
        var synced = new List<string>();
        var storage = new FileStorage(2, root => new FaultyFolder(root)
        {
            BeforeSync = path =>
            {
                if (fail && path.EndsWith("/b", StringComparison.Ordinal))
                    throw DiskErrors.Exception(Errno.Io, path);
                synced.Add(path);
            },
        });
        using var rig = new WorkerRig(storage);
        var torrent = new SampleTorrent(16_384, 3, ("d/a", 16_384), ("d/b", 16_384), ("d/c", 16_384), ("d/d", 16_384));
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        DiskError error = (await rig.Submit(DiskJobKind.Sync)).Error!;
        Assert.Equal(DiskErrorKind.Device, error.Kind);
        synced.Sort(StringComparer.Ordinal);
        Assert.Equal("d/a d/c d/d", string.Join(' ', synced));
        fail = false;
        synced.Clear();
        Assert.Null((await rig.Submit(DiskJobKind.Sync)).Error);
        Assert.Equal(["d/b"], synced);
        synced.Clear();
        Assert.Null((await rig.Submit(DiskJobKind.Sync)).Error);
        Assert.Empty(synced);
    }

    [Theory]
    [InlineData(28, DiskErrorKind.Full)]
    [InlineData(122, DiskErrorKind.Full)]
    [InlineData(5, DiskErrorKind.Device)]
    [InlineData(13, DiskErrorKind.Denied)]
    [InlineData(30, DiskErrorKind.Denied)]
    [InlineData(1, DiskErrorKind.Denied)]
    [InlineData(2, DiskErrorKind.Missing)]
    [InlineData(23, DiskErrorKind.Handles)]
    [InlineData(24, DiskErrorKind.Handles)]
    [InlineData(20, DiskErrorKind.Blocked)]
    [InlineData(21, DiskErrorKind.Blocked)]
    [InlineData(40, DiskErrorKind.Blocked)]
    [InlineData(27, DiskErrorKind.Blocked)]
    [InlineData(116, DiskErrorKind.Device)]
    public void An_error_number_becomes_what_the_engine_acts_on(int errno, DiskErrorKind kind)
    {
        DiskError error = DiskErrors.FromErrno(errno, "/a/path");
        Assert.Equal(kind, error.Kind);
        Assert.Equal("/a/path", error.Path);
        Assert.NotEmpty(error.Message);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(kind, DiskErrors.FromException(new IOException("x", errno), "/a/path").Kind);
    }

    private static int OpenBelow(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        return Directory.GetFiles("/proc/self/fd").Count(path => TargetOf(path).StartsWith(folder, StringComparison.Ordinal));

        static string TargetOf(string path)
        {
            try
            {
                return new FileInfo(path).LinkTarget ?? "";
            }
            catch (IOException)
            {
                return "";
            }
        }
    }
}
