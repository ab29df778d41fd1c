using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

/// <summary>Bytes of unwanted files that share a piece with wanted ones: in a file of their own, until the file is wanted.</summary>
public sealed class PartFileTests
{
    private const string Name = ".part";

    // Pieces of 32 KiB: 0 has a and b, 1 b, 2 b and c, 3 c and d and e, 4 e.
    private static SampleTorrent Torrent() => new(
        32 * 1024, 11, ("t/a", 20_000), ("t/b", 60_000), ("t/sub/c", 30_000), ("t/d", 100), ("t/none", 0), ("t/e", 40_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unwanted_file_is_never_made_and_its_bytes_can_be_read_all_the_same(bool portable)
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        using (var rig = Rig(portable))
        {
            await OpenAsync(rig, torrent, folder, 0, 3);
            foreach (int piece in (int[])[0, 3])
                Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(piece))).Error);
            Assert.Equal([".part", "t/a", "t/d"], Files(folder));
            Assert.Equal("0 3", await GoodAsync(rig, torrent));
            Assert.Null((await rig.Submit(DiskJobKind.Sync)).Error);
            DiskJob stamp = await rig.Submit(DiskJobKind.Stamp);
            Assert.Equal(7, stamp.Files!.Length);
            Assert.True(stamp.Files[6].Length > 0);
        }

        // Another process, which wants everything but has moved nothing yet.
        using var next = Rig(portable);
        next.Workers.OpenStorage(torrent.At(folder.Path) with { PartFile = Name });
        Assert.Equal("0 3", await GoodAsync(next, torrent));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_wanted_gets_its_bytes_and_the_part_file_goes_with_the_last(bool portable)
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        using var rig = Rig(portable);
        await OpenAsync(rig, torrent, folder, 0, 3);
        foreach (int piece in (int[])[0, 3])
            Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(piece))).Error);
        await PrepareAsync(rig, torrent, 0, 1, 3);
        Assert.Equal([".part", "t/a", "t/b", "t/d"], Files(folder));
        await PrepareAsync(rig, torrent, 0, 1, 2, 3, 4, 5);
        Assert.Equal(["t/a", "t/b", "t/d", "t/e", "t/none", "t/sub/c"], Files(folder));
        Assert.Equal("0 3", await GoodAsync(rig, torrent));
        await rig.WriteAllAsync(torrent);
        torrent.AssertOnDisk(folder.Path);
    }

    [Fact]
    public async Task A_file_that_is_there_stays_where_it_is_when_it_is_given_up()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        using var rig = Rig(portable: false);
        await OpenAsync(rig, torrent, folder, 0, 1);
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(1))).Error);
        await PrepareAsync(rig, torrent, 0);

        // What was on its way is kept, too: b is there, c is not.
        foreach (int piece in (int[])[0, 2])
            Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(piece))).Error);
        Assert.Equal([".part", "t/a", "t/b"], Files(folder));
        Assert.Equal("0 1 2", await GoodAsync(rig, torrent));
    }

    [Fact]
    public async Task Full_space_is_reserved_for_wanted_files_only_also_when_that_changes()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        using var rig = Rig(portable: false);
        rig.Workers.OpenStorage(torrent.At(folder.Path) with { Wanted = Only(torrent, 0), PartFile = Name });
        Assert.Null((await rig.Submit(new DiskJob { Kind = DiskJobKind.Prepare, Wanted = Only(torrent, 0), Allocate = true })).Error);
        Assert.Equal(["t/a"], Files(folder));
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(0))).Error);
        Assert.Null((await rig.Submit(new DiskJob { Kind = DiskJobKind.Prepare, Wanted = Only(torrent, 0, 1), Allocate = true })).Error);
        Assert.Equal(["t/a", "t/b"], Files(folder));
        Assert.Equal(60_000, new FileInfo(folder["t/b"]).Length);
        Assert.Equal("0", await GoodAsync(rig, torrent));
    }

    [Fact]
    public async Task A_move_that_fails_leaves_the_bytes_where_they_were_and_can_be_tried_again()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        bool fails = true;
        using var rig = new WorkerRig(new FileStorage(null, root => new FaultyFolder(root)
        {
            BeforeRename = path =>
            {
                if (fails)
                    throw new StorageException(new DiskError(DiskErrorKind.Full, path, "no space"));
            },
        }));
        await OpenAsync(rig, torrent, folder, 0);
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(0))).Error);
        var prepare = new DiskJob { Kind = DiskJobKind.Prepare, Wanted = Only(torrent, 0, 1) };
        Assert.Equal(DiskErrorKind.Full, (await rig.Submit(prepare)).Error!.Kind);
        Assert.Equal([".part", "t/a"], Files(folder));
        Assert.True((await rig.CheckAsync(torrent)).Good![0]);
        fails = false;
        await PrepareAsync(rig, torrent, 0, 1);
        Assert.Equal(["t/a", "t/b"], Files(folder));
        Assert.True((await rig.CheckAsync(torrent)).Good![0]);
    }

    [Fact]
    public async Task A_file_that_somebody_has_put_in_the_way_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        using var rig = Rig(portable: false);
        await OpenAsync(rig, torrent, folder, 0);
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(0))).Error);
        File.WriteAllText(folder["t/b"], "mine");
        var prepare = new DiskJob { Kind = DiskJobKind.Prepare, Wanted = Only(torrent, 0, 1) };
        Assert.Equal(DiskErrorKind.Blocked, (await rig.Submit(prepare)).Error!.Kind);
        Assert.Equal("mine", File.ReadAllText(folder["t/b"]));
    }

    [Fact]
    public async Task A_copy_that_a_killed_process_left_is_begun_anew()
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        using var rig = Rig(portable: false);
        await OpenAsync(rig, torrent, folder, 0);
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(0))).Error);
        File.WriteAllBytes(folder[Name + ".new"], new byte[100_000]);
        await PrepareAsync(rig, torrent, 0, 1);
        Assert.Equal(["t/a", "t/b"], Files(folder));
        Assert.Equal(12_768, new FileInfo(folder["t/b"]).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(5000)]
    public async Task What_is_no_part_file_keeps_nothing_and_is_begun_anew(int length)
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = Torrent();
        byte[] noise = new byte[length];
        new SeededRandom(3).NextBytes(noise);
        File.WriteAllBytes(folder[Name], noise);
        using var rig = Rig(portable: false);
        await OpenAsync(rig, torrent, folder, 0);
        Assert.Equal("", await GoodAsync(rig, torrent));
        Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(0))).Error);
        Assert.True((await rig.CheckAsync(torrent)).Good![0]);
    }

    [Fact]
    public async Task Whatever_is_chosen_what_was_written_stays_readable_and_what_was_never_wanted_is_not_made()
    {
        for (ulong seed = 1; seed <= 15; seed++)
        {
            using var folder = new TemporaryFolder();
            var random = new SeededRandom(seed);
            var torrent = new SampleTorrent(32 * 1024, seed, [.. Enumerable.Range(0, 12).Select(i => ($"t/{i}", (long)random.Next(i % 3 == 0 ? 70_000 : 9_000)))]);
            bool[] written = new bool[torrent.Layout.PieceCount];
            var everWanted = new HashSet<int>();
            var rig = Rig(portable: seed % 2 == 0);
            try
            {
                for (int step = 0; step < 12; step++)
                {
                    int[] chosen = [.. Enumerable.Range(0, 12).Where(_ => random.Chance(0.4))];
                    everWanted.UnionWith(chosen);
                    if (step == 0 || random.Chance(0.3))
                    {
                        rig.Dispose();
                        rig = Rig(portable: seed % 2 == 0);
                        await OpenAsync(rig, torrent, folder, chosen);
                    }
                    else
                    {
                        await PrepareAsync(rig, torrent, chosen);
                    }

                    int piece = random.Next(written.Length);
                    Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(piece))).Error);
                    written[piece] = true;
                    Assert.Equal(string.Join(' ', Enumerable.Range(0, written.Length).Where(i => written[i])), await GoodAsync(rig, torrent));
                    string[] made = [.. Files(folder).Where(file => file != Name).Select(Path.GetFileName)!];
                    Assert.Subset(everWanted.Select(file => $"{file}").ToHashSet(StringComparer.Ordinal), made.ToHashSet(StringComparer.Ordinal));
                }

                await PrepareAsync(rig, torrent, [.. Enumerable.Range(0, 12)]);
                Assert.False(File.Exists(folder[Name]));
                await rig.WriteAllAsync(torrent);
                torrent.AssertOnDisk(folder.Path);
            }
            finally
            {
                rig.Dispose();
            }
        }
    }

    private static WorkerRig Rig(bool portable) => new(portable ? new FileStorage(null, root => new PortableFolder(root)) : new FileStorage());

    private static async Task OpenAsync(WorkerRig rig, SampleTorrent torrent, TemporaryFolder folder, params int[] wanted)
    {
        rig.Workers.OpenStorage(torrent.At(folder.Path) with { Wanted = Only(torrent, wanted), PartFile = Name });
        await PrepareAsync(rig, torrent, wanted);
    }

    private static async Task PrepareAsync(WorkerRig rig, SampleTorrent torrent, params int[] wanted)
        => Assert.Null((await rig.Submit(new DiskJob { Kind = DiskJobKind.Prepare, Wanted = Only(torrent, wanted) })).Error);

    private static async Task<string> GoodAsync(WorkerRig rig, SampleTorrent torrent)
    {
        bool[] good = (await rig.CheckAsync(torrent)).Good!;
        return string.Join(' ', Enumerable.Range(0, good.Length).Where(piece => good[piece]));
    }

    private static bool[] Only(SampleTorrent torrent, params int[] wanted) => [.. torrent.Layout.Files.Select(file => wanted.Contains(file.Index.Value))];

    private static string[] Files(TemporaryFolder folder)
        => [.. Directory.EnumerateFiles(folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(path => Path.GetRelativePath(folder.Path, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
