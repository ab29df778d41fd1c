using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

/// <summary>THREATS P1 and P2: whatever lies in the download's folder, nothing outside of it is touched.</summary>
public sealed class HostileFolderTests
{
    public static TheoryData<bool> Folders => [false, true];

    // P1
    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a/")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_path_that_could_lead_out_is_refused_even_if_it_got_this_far(string path)
    {
        using var folder = new TemporaryFolder();
        foreach (Folder kind in new Folder[] { Folder.At(folder["root"]), new PortableFolder(folder["root"]) })
        {
            Assert.Equal(DiskErrorKind.Blocked, Assert.Throws<StorageException>(() => kind.Create(path)).Error.Kind);
            Assert.Equal(DiskErrorKind.Blocked, Assert.Throws<StorageException>(() => kind.Open(path, write: true)).Error.Kind);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    // P2
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_folder_that_is_a_link_is_not_followed(bool portable)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root"]);
        Directory.CreateDirectory(folder["outside"]);
        Link(folder["root/d"], folder["outside"]);
        File.WriteAllText(folder["outside/file"], "precious");
        await AssertUntouched(folder, portable, "d/file");
        Assert.Equal("precious", File.ReadAllText(folder["outside/file"]));
        Assert.Single(Directory.GetFileSystemEntries(folder["outside"]));
    }

    [Fact]
    public void Names_that_could_not_be_brought_to_the_device_are_tried_again()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux brings names to the device.");
        using var folder = new TemporaryFolder();
        Folder root = Folder.At(folder["root"]);
        foreach (string path in (string[])["a/file", "b/file"])
            root.Create(path).Dispose();
        foreach (string name in (string[])["root/a", "root/b"])
        {
            Directory.Move(folder[name], folder[name] + "-moved");
            File.WriteAllText(folder[name], "in the way");
        }

        Assert.Throws<StorageException>(root.SyncNames);
        File.Delete(folder["root/a"]);
        Assert.Contains("root/b", Assert.Throws<StorageException>(root.SyncNames).Message, StringComparison.Ordinal);
        File.Delete(folder["root/b"]);
        root.SyncNames();
    }

    // P2
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_file_that_is_a_link_is_not_followed(bool portable)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root/d"]);
        File.WriteAllText(folder["precious"], "precious");
        Link(folder["root/d/file"], folder["precious"]);
        await AssertUntouched(folder, portable, "d/file");
        Assert.Equal("precious", File.ReadAllText(folder["precious"]));
    }

    // P2
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_link_to_nowhere_makes_nothing_there(bool portable)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root/d"]);
        Link(folder["root/d/file"], folder["nowhere"]);
        await AssertUntouched(folder, portable, "d/file");
        Assert.False(File.Exists(folder["nowhere"]));
    }

    // P2
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Links_in_a_circle_are_refused(bool portable)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root"]);
        Link(folder["root/a"], folder["root/b"]);
        Link(folder["root/b"], folder["root/a"]);
        await AssertUntouched(folder, portable, "a/file");
    }

    [Fact]
    public async Task A_download_folder_that_is_itself_a_link_is_the_users_choice()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real"]);
        Link(folder["link"], folder["real"]);
        using var rig = new WorkerRig();
        SampleTorrent torrent = SampleTorrent.Awkward();
        rig.Open(torrent, folder["link"]);
        await rig.Submit(DiskJobKind.Prepare);
        await rig.WriteAllAsync(torrent);
        torrent.AssertOnDisk(folder["real"]);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_folder_where_a_file_should_be_is_said_to_be_in_the_way(bool portable)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root/d/file"]);
        await AssertUntouched(folder, portable, "d/file");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_file_where_a_folder_should_be_is_said_to_be_in_the_way(bool portable)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root"]);
        File.WriteAllText(folder["root/d"], "precious");
        await AssertUntouched(folder, portable, "d/file", DiskErrorKind.Blocked, DiskErrorKind.Device);
        Assert.Equal("precious", File.ReadAllText(folder["root/d"]));
    }

    [Fact]
    public async Task A_pipe_where_a_file_should_be_blocks_nobody()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["root/d"]);
        Assert.SkipUnless(TemporaryMount.Run("mkfifo", folder["root/d/file"]), "There is no mkfifo.");
        await AssertUntouched(folder, portable: false, "d/file");
    }

    private static void Link(string path, string target)
    {
        try
        {
            File.CreateSymbolicLink(path, target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && OperatingSystem.IsWindows())
        {
            Assert.Skip("This user may not make symbolic links.");
        }
    }

    private static async Task AssertUntouched(TemporaryFolder folder, bool portable, string path, params DiskErrorKind[] kinds)
    {
        using var rig = new WorkerRig(portable ? new FileStorage(null, root => new PortableFolder(root)) : new FileStorage());
        var torrent = new SampleTorrent(16_384, 3, (path, 40_000));
        rig.Open(torrent, folder["root"]);
        DiskJob stamp = await rig.Submit(DiskJobKind.Stamp);
        Assert.Equal([FileStamp.Missing], stamp.Files!);
        DiskError? error = (await rig.WriteAsync(torrent, new PieceIndex(0))).Error;
        Assert.NotNull(error);
        Assert.Contains(error.Kind, kinds.Length > 0 ? kinds : [DiskErrorKind.Blocked]);
        Assert.StartsWith(folder["root"], error.Path, StringComparison.Ordinal);
        DiskError? reserving = (await rig.Submit(new DiskJob { Kind = DiskJobKind.Prepare, Allocate = true })).Error;
        Assert.NotNull(reserving);
        DiskJob check = await rig.CheckAsync(torrent);
        Assert.True(check.Error is not null || check.Good!.All(good => !good));
    }
}
