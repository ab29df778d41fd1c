using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

/// <summary>Bytes of one torrent's file brought to another's: shared where the file system can, copied elsewhere, and whose fault it is where that fails.</summary>
public sealed class BlockCopyTests
{
    private static readonly TorrentId Giver = new(2);

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Every_byte_comes_to_its_place_whether_the_other_torrent_is_open_or_not(bool portable, bool isOpen)
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(folder["from"]);
        using WorkerRig rig = Rig(portable);
        rig.Open(torrent, folder["to"]);
        if (isOpen)
            rig.Open(torrent, folder["from"], Giver.Value);
        await CopyAllAsync(rig, torrent, folder["from"]);
        Assert.Null((await rig.Submit(DiskJobKind.Prepare)).Error);
        torrent.AssertOnDisk(folder["to"]);
        Assert.All((await rig.CheckAsync(torrent)).Good!, Assert.True);
    }

    /// <summary>Files may lie anywhere in their pieces: runs begin and end in the middle of what a file system can share.</summary>
    [Theory]
    [InlineData(16 * 1024, 0, 3)]
    [InlineData(16 * 1024, 5000, 9000)]
    [InlineData(48 * 1024, 1, 100_000)]
    public async Task Runs_that_fit_no_block_of_the_file_system_come_whole(int pieceLength, int before, int behind)
    {
        using var folder = new TemporaryFolder(SharingFolder);
        var torrent = new SampleTorrent(pieceLength, 5, ("a", before), ("long", 300_001), ("z", behind));
        torrent.WriteTo(folder["from"]);
        using WorkerRig rig = Rig(portable: false);
        rig.Open(torrent, folder["to"]);
        long shared = await CopyAllAsync(rig, torrent, folder["from"]);
        Assert.Null((await rig.Submit(DiskJobKind.Prepare)).Error);
        torrent.AssertOnDisk(folder["to"]);
        Assert.Equal(SharingFolder is not null, shared > 0);
    }

    [Fact]
    public async Task A_source_that_is_gone_or_too_short_is_at_fault()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(32 * 1024, 5, ("f", 100_000));
        using WorkerRig rig = Rig(portable: false);
        rig.Open(torrent, folder["to"]);
        DiskJob missing = await CopyAsync(rig, torrent, folder["from"], 0);
        Assert.Equal((DiskErrorKind.Missing, true), (missing.Error!.Kind, missing.IsSourceAtFault));
        torrent.WriteTo(folder["from"]);
        using (FileStream file = File.OpenWrite(folder["from/f"]))
            file.SetLength(40_000);
        Assert.Null((await CopyAsync(rig, torrent, folder["from"], 0)).Error);
        DiskJob tooShort = await CopyAsync(rig, torrent, folder["from"], 1);
        Assert.Equal((DiskErrorKind.Missing, true), (tooShort.Error!.Kind, tooShort.IsSourceAtFault));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_target_that_cannot_be_written_is_not_the_sources_fault(bool portable)
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(32 * 1024, 5, ("f", 100_000));
        torrent.WriteTo(folder["from"]);
        Directory.CreateDirectory(folder["to/f"]);
        using WorkerRig rig = Rig(portable);
        rig.Open(torrent, folder["to"]);
        DiskJob job = await CopyAsync(rig, torrent, folder["from"], 0);
        Assert.NotNull(job.Error);
        Assert.False(job.IsSourceAtFault);
    }

    [Fact]
    public async Task A_full_disk_says_so()
    {
        using TemporaryMount mount = TemporaryMount.OrSkip("size=64k");
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(256 * 1024, 5, ("f", 256 * 1024));
        torrent.WriteTo(folder.Path);
        using WorkerRig rig = Rig(portable: false);
        rig.Open(torrent, mount.Path);
        DiskJob job = await CopyAsync(rig, torrent, folder.Path, 0);
        Assert.Equal((DiskErrorKind.Full, false), (job.Error!.Kind, job.IsSourceAtFault));
    }

    /// <summary>A source that only may be read is enough; nothing in it changes, not even its time.</summary>
    [Fact]
    public async Task The_source_is_only_read()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(32 * 1024, 5, ("f", 100_000));
        torrent.WriteTo(folder["from"]);
        File.SetAttributes(folder["from/f"], FileAttributes.ReadOnly);
        DateTime before = File.GetLastWriteTimeUtc(folder["from/f"]);
        using WorkerRig rig = Rig(portable: false);
        rig.Open(torrent, folder["to"]);
        await CopyAllAsync(rig, torrent, folder["from"]);
        torrent.AssertOnDisk(folder["to"]);
        Assert.Equal(before, File.GetLastWriteTimeUtc(folder["from/f"]));
        File.SetAttributes(folder["from/f"], FileAttributes.Normal);
    }

    [Fact]
    public async Task One_file_of_two_torrents_is_there_already_and_is_not_touched()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(32 * 1024, 5, ("f", 100_000));
        torrent.WriteTo(folder.Path);
        DateTime before = File.GetLastWriteTimeUtc(folder["f"]);
        using WorkerRig rig = Rig(portable: false);
        rig.Open(torrent, folder.Path);
        await CopyAllAsync(rig, torrent, folder.Path, isSamePlace: true);
        Assert.Equal(before, File.GetLastWriteTimeUtc(folder["f"]));
        File.Delete(folder["f"]);
        DiskJob job = await CopyAsync(rig, torrent, folder.Path, 0, isSamePlace: true);
        Assert.True(job.Error is not null && job.IsSourceAtFault);
    }

    /// <summary>A sync of the other torrent holds nobody up; a close of it neither.</summary>
    [Fact]
    public async Task The_other_torrent_may_be_synced_and_closed_meanwhile()
    {
        using var folder = new TemporaryFolder();
        var torrent = new SampleTorrent(32 * 1024, 5, ("f", 2_000_000));
        torrent.WriteTo(folder["from"]);
        using WorkerRig rig = Rig(portable: false);
        rig.Open(torrent, folder["to"]);
        rig.Open(torrent, folder["from"], Giver.Value);
        var jobs = new List<Task<DiskJob>>();
        for (int i = 0; i < torrent.Layout.PieceCount; i++)
        {
            jobs.Add(CopyAsync(rig, torrent, folder["from"], i));
            if (i % 10 == 0)
                jobs.Add(rig.Submit(new DiskJob { Kind = i == 30 ? DiskJobKind.Close : DiskJobKind.Sync, Torrent = i <= 30 ? Giver : new TorrentId(1) }));
        }

        Assert.All(await Task.WhenAll(jobs), static job => Assert.Null(job.Error));
        torrent.AssertOnDisk(folder["to"]);
    }

    /// <summary>A folder on a file system that shares blocks (btrfs, XFS), where there is one; elsewhere the same tests see the copy.</summary>
    private static string? SharingFolder => Environment.GetEnvironmentVariable("FRESHET_REFLINK_FOLDER");

    private static WorkerRig Rig(bool portable) => portable ? new WorkerRig(new FileStorage(null, static root => new PortableFolder(root))) : new WorkerRig();

    private static async Task<long> CopyAllAsync(WorkerRig rig, SampleTorrent torrent, string from, bool isSamePlace = false)
    {
        long shared = 0;
        for (int i = 0; i < torrent.Layout.PieceCount; i++)
        {
            DiskJob job = await CopyAsync(rig, torrent, from, i, isSamePlace);
            Assert.Null(job.Error);
            shared += job.SharedBytes;
        }

        return shared;
    }

    private static Task<DiskJob> CopyAsync(WorkerRig rig, SampleTorrent torrent, string from, int piece, bool isSamePlace = false)
    {
        StorageLocation location = torrent.At(from, Giver.Value);
        return rig.Submit(new DiskJob
        {
            Kind = DiskJobKind.Copy,
            Range = new BlockRange(new PieceIndex(piece), 0, torrent.Layout.LengthOf(new PieceIndex(piece))),
            BlockCount = torrent.Layout.BlocksIn(new PieceIndex(piece)),
            Sources = [.. torrent.Layout.Files.Select(file => new CopySource(file.Index, location, file.Index, isSamePlace))],
        });
    }
}
