using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

public sealed class DiskWorkersTests
{
    public static TheoryData<bool> Folders => [false, true];

    // F9: compared to the byte, by code that is not under test.
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Pieces_written_in_any_order_are_the_files_to_the_byte(bool portable)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig(Storage(portable));
        SampleTorrent torrent = SampleTorrent.Awkward();
        rig.Open(torrent, folder.Path);
        Assert.Null((await rig.Submit(DiskJobKind.Prepare)).Error);
        for (int i = torrent.Layout.PieceCount - 1; i >= 0; i--)
            Assert.Null((await rig.WriteAsync(torrent, new PieceIndex(i))).Error);
        torrent.AssertOnDisk(folder.Path);
        Assert.All((await rig.CheckAsync(torrent)).Good!, Assert.True);
        Assert.Null((await rig.Submit(DiskJobKind.Sync)).Error);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Blocks_that_lie_about_are_written_and_hashed_like_a_run(ulong seed)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(1 << 20, seed, ("d/a", 700_001), ("d/b", 1), (".pad/", 100_000), ("d/c", 2_300_000));
        rig.Open(torrent, folder.Path);
        var random = new SeededRandom(seed);
        for (int i = 0; i < torrent.Layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            BufferLease[] leases = rig.LeaseScattered(torrent, piece, random);
            DiskJob hash = await rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(piece, 0, 0), Blocks = leases });
            Assert.Null(hash.Error);
            Assert.Equal(torrent.HashOf(piece), hash.Digest);
            Assert.Null((await rig.Submit(WorkerRig.WriteJob(piece, leases))).Error);
            rig.Return(leases);
        }

        torrent.AssertOnDisk(folder.Path);
    }

    [Fact]
    public async Task A_piece_of_more_blocks_than_one_gathered_call_takes_is_written_whole()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig(poolBytes: 64 << 20);
        var torrent = new SampleTorrent(32 << 20, 5, ("large", 32 << 20));
        rig.Open(torrent, folder.Path);
        BufferLease[] leases = rig.LeaseScattered(torrent, new PieceIndex(0), new SeededRandom(5));
        Assert.True(leases.Length > Native.FileCalls.MaxVectors);
        Assert.Null((await rig.Submit(WorkerRig.WriteJob(new PieceIndex(0), leases))).Error);
        torrent.AssertOnDisk(folder.Path);
    }

    [Fact]
    public async Task A_run_of_blocks_from_the_middle_goes_to_its_place_and_touches_nothing_else()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        SampleTorrent torrent = SampleTorrent.Awkward();
        rig.Open(torrent, folder.Path);
        var piece = new PieceIndex(3);
        BufferLease[] leases = rig.Lease(torrent, piece);
        DiskJob job = WorkerRig.WriteJob(piece, leases);
        (job.FirstBlock, job.BlockCount) = (1, 2);
        Assert.Null((await rig.Submit(job)).Error);
        byte[] read = await ReadAsync(rig, new BlockRange(piece, 16_384 + 5, 16_000));
        Assert.Equal(torrent.Piece(piece).Slice(16_384 + 5, 16_000).ToArray(), read);
        Assert.Equal(torrent.Layout.OffsetOf(piece) + (3 * 16_384) - torrent.Layout.Files[4].Offset, new FileInfo(folder["t/a/long"]).Length);
        int hole = (int)(torrent.Layout.OffsetOf(piece) + 16_384 - torrent.Layout.Files[4].Offset);
        Assert.Equal(new byte[hole], File.ReadAllBytes(folder["t/a/long"])[..hole]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_piece_is_hashed_from_its_prefix_its_leases_and_what_was_spilled(int prefixBlocks)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(16 * 16_384, 9, ("d/a", 100_000), ("d/b", 500_000));
        torrent.WriteTo(folder.Path);
        rig.Open(torrent, folder.Path);
        var piece = new PieceIndex(1);
        BufferLease[] leases = rig.Lease(torrent, piece);
        IPieceHash? prefix = null;
        for (int block = 0; block < prefixBlocks; block++)
        {
            DiskJob fed = await rig.Submit(new DiskJob
            {
                Kind = DiskJobKind.HashPrefix,
                Range = new BlockRange(piece, 0, 0),
                Blocks = leases,
                FirstBlock = block,
                BlockCount = 1,
                Hash = prefix,
            });
            Assert.Null(fed.Error);
            prefix = fed.Hash;
            Assert.Equal((block + 1) * 16_384, prefix!.Covered);
        }

        for (int block = 0; block < leases.Length; block++)
        {
            if (block >= prefixBlocks && block % 3 != 1)
                continue;
            rig.Return(leases[block]);
            leases[block] = default;
        }

        DiskJob hash = await rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(piece, 0, 0), Blocks = leases, Hash = prefix });
        Assert.Null(hash.Error);
        Assert.Equal(torrent.HashOf(piece), hash.Digest);
        prefix?.Dispose();
    }

    [Fact]
    public async Task The_blocks_of_a_failed_piece_are_hashed_one_by_one()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(folder.Path);
        rig.Open(torrent, folder.Path);
        var piece = new PieceIndex(torrent.Layout.PieceCount - 1);
        BufferLease[] leases = rig.Lease(torrent, piece);
        rig.Return(leases[1]);
        leases[1] = default;
        DiskJob job = await rig.Submit(new DiskJob { Kind = DiskJobKind.HashBlocks, Range = new BlockRange(piece, 0, 0), Blocks = leases });
        Assert.Null(job.Error);
        for (int i = 0; i < leases.Length; i++)
        {
            BlockRange block = torrent.Layout.Block(piece, i);
            Assert.Equal(IO.Hashing.Sha1.Hash(torrent.Piece(piece).Slice(block.Offset, block.Length)), job.BlockDigests![i]);
        }
    }

    // W4: digests are of what was received; what the disk made of it is told apart.
    [Fact]
    public async Task Spilled_blocks_are_remembered_as_they_were_received_and_compared_when_they_are_read_back()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(folder.Path);
        rig.Open(torrent, folder.Path);
        for (int p = 0; p < torrent.Layout.PieceCount; p++)
        {
            var piece = new PieceIndex(p);
            BufferLease[] leases = rig.Lease(torrent, piece);
            var received = new Sha1Hash[leases.Length];
            var write = new DiskJob
            {
                Kind = DiskJobKind.Write,
                Range = new BlockRange(piece, 0, torrent.Layout.LengthOf(piece)),
                Blocks = leases,
                BlockCount = leases.Length,
                Received = received,
            };
            Assert.Null((await rig.Submit(write)).Error);
            for (int i = 0; i < leases.Length; i++)
            {
                BlockRange block = torrent.Layout.Block(piece, i);
                Assert.Equal(IO.Hashing.Sha1.Hash(torrent.Piece(piece).Slice(block.Offset, block.Length)), received[i]);
                if (i > 0)
                {
                    rig.Return(leases[i]);
                    leases[i] = default;
                }
            }

            DiskJob good = await rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(piece, 0, 0), Blocks = leases, Received = received });
            Assert.Equal((torrent.HashOf(piece), -1), (good.Digest, good.SpoiltBlock));
            if (leases.Length < 2)
                continue;

            // As if other bytes had been received than are there: exactly that block is named, and its digest stays what was received.
            received[^1] = IO.Hashing.Sha1.Hash([1, 2, 3]);
            DiskJob spoilt = await rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(piece, 0, 0), Blocks = leases, Received = received });
            Assert.Equal((torrent.HashOf(piece), leases.Length - 1), (spoilt.Digest, spoilt.SpoiltBlock));
            DiskJob each = await rig.Submit(new DiskJob { Kind = DiskJobKind.HashBlocks, Range = new BlockRange(piece, 0, 0), Blocks = leases, Received = received });
            Assert.Equal(received, each.BlockDigests);

            // What is not known is read.
            received[^1] = default;
            each = await rig.Submit(new DiskJob { Kind = DiskJobKind.HashBlocks, Range = new BlockRange(piece, 0, 0), Blocks = leases, Received = received });
            BlockRange last = torrent.Layout.Block(piece, leases.Length - 1);
            Assert.Equal(IO.Hashing.Sha1.Hash(torrent.Piece(piece).Slice(last.Offset, last.Length)), each.BlockDigests![^1]);
        }
    }

    // P7: what was changed underneath is never taken for right, and reading it is an error, not garbage.
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Files_deleted_cut_off_or_altered_fail_their_pieces_and_no_others(bool portable)
    {
        using var folder = new TemporaryFolder();
        SampleTorrent torrent = SampleTorrent.Awkward();
        torrent.WriteTo(folder.Path);
        using var rig = new WorkerRig(Storage(portable));
        rig.Open(torrent, folder.Path);
        Assert.All((await rig.CheckAsync(torrent)).Good!, Assert.True);

        // A file that is gone is still readable through a handle that was open: closed here, as by a restart.
        await rig.Submit(DiskJobKind.Close);
        File.Delete(folder["t/one"]);
        using (FileStream last = File.OpenWrite(folder["t/last"]))
            last.SetLength(99_999);
        using (FileStream altered = File.OpenWrite(folder["t/a/long"]))
        {
            altered.Position = 3 * 65_536;
            altered.WriteByte(0x55);
            altered.Position--;
            altered.WriteByte((byte)(torrent.File(new FileIndex(4))[3 * 65_536] ^ 1));
        }

        rig.Open(torrent, folder.Path);
        bool[] good = (await rig.CheckAsync(torrent)).Good!;
        int[] bad = [.. Enumerable.Range(0, good.Length).Where(i => !good[i])];
        Assert.Equal([0, 6, good.Length - 1], bad);
        BufferLease[] leases = rig.Lease(torrent, new PieceIndex(0));
        DiskJob read = await rig.Submit(new DiskJob { Kind = DiskJobKind.Read, Range = new BlockRange(new PieceIndex(0), 0, 16_384), Blocks = leases, BlockCount = 1 });
        Assert.Equal(DiskErrorKind.Missing, read.Error!.Kind);
        Assert.EndsWith("one", read.Error.Path, StringComparison.Ordinal);
    }

    // P7
    [Fact]
    public async Task A_file_cut_off_while_it_is_open_is_an_error_to_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the system does not let others cut an open file off.");
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(16_384, 3, ("file", 40_000));
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        using (FileStream file = File.OpenWrite(folder["file"]))
            file.SetLength(20_000);
        DiskJob check = await rig.CheckAsync(torrent);
        Assert.Equal([true, false, false], check.Good!);
        BufferLease[] leases = rig.Lease(torrent, new PieceIndex(1));
        DiskJob read = await rig.Submit(new DiskJob { Kind = DiskJobKind.Read, Range = new BlockRange(new PieceIndex(1), 0, 16_384), Blocks = leases, BlockCount = 1 });
        Assert.Equal(DiskErrorKind.Missing, read.Error!.Kind);
    }

    [Fact]
    public async Task A_stamp_says_what_is_there_and_prepare_makes_only_empty_files()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        SampleTorrent torrent = SampleTorrent.Awkward();
        rig.Open(torrent, folder["new/root"]);
        DiskJob first = await rig.Submit(DiskJobKind.Stamp);
        Assert.All(first.Files!, stamp => Assert.Equal(FileStamp.Missing, stamp));
        Assert.Null((await rig.Submit(DiskJobKind.Prepare)).Error);
        string[] made = [.. Directory.GetFiles(folder["new/root"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.Equal("empty at the end, empty at the start, empty in the middle", string.Join(", ", made.Select(Path.GetFileName)));
        await rig.WriteAllAsync(torrent);
        DiskJob again = await rig.Submit(DiskJobKind.Stamp);
        for (int i = 0; i < again.Files!.Length; i++)
        {
            FileEntry file = torrent.Layout.Files[i];
            var info = new FileInfo(Path.Combine(folder["new/root"], file.Path));
            Assert.Equal(file.IsStored ? new FileStamp(file.Length, info.LastWriteTimeUtc.Ticks) : FileStamp.Missing, again.Files[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Full_allocation_reserves_wanted_files_and_no_others(bool portable)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig(Storage(portable));
        SampleTorrent torrent = SampleTorrent.Awkward();
        bool[] wanted = [.. torrent.Layout.Files.Select(file => file.Length is 300_001 or 0)];
        rig.Workers.OpenStorage(torrent.At(folder.Path) with { Wanted = wanted });
        Assert.Null((await rig.Submit(new DiskJob { Kind = DiskJobKind.Prepare, Wanted = wanted, Allocate = true })).Error);
        Assert.Equal(300_001, new FileInfo(folder["t/a/long"]).Length);
        Assert.False(File.Exists(folder["t/last"]));
        await rig.WriteAllAsync(torrent);
        torrent.AssertOnDisk(folder.Path);
    }

    [Fact]
    public async Task A_longer_file_of_the_same_name_is_cut_when_it_is_written()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(16_384, 3, ("file", 40_000));
        File.WriteAllBytes(folder["file"], new byte[50_000]);
        rig.Open(torrent, folder.Path);
        await rig.WriteAllAsync(torrent);
        torrent.AssertOnDisk(folder.Path);
    }

    // A hybrid: one file of some pieces of 1 MiB, the last of which is short. Longer than what is read and hashed together.
    [Fact]
    public async Task A_check_of_a_hybrid_says_the_roots_of_its_pieces_and_which_are_right_by_SHA1()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(1 << 20, 3, ("file", (3 << 20) + 50_001));
        torrent.WriteTo(folder.Path);
        FileEntry file = torrent.Layout.Files[0] with { PiecesRoot = MerkleTree.RootOfData(torrent.Content) };
        rig.Workers.OpenStorage(torrent.At(folder.Path) with { Trees = new PieceTrees(new PieceLayout([file], 1 << 20)) });
        DiskJob check = await rig.CheckAsync(torrent);
        Assert.Null(check.Error);
        Assert.All(check.Good!, Assert.True);
        Assert.Equal(
            Enumerable.Range(0, 4).Select(piece => MerkleTree.RootOfData(torrent.Piece(new PieceIndex(piece)), MerkleTree.PieceLayerHeight(1 << 20))), check.Roots);
    }

    [Fact]
    public async Task Others_may_read_a_file_while_it_is_written()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        var torrent = new SampleTorrent(16_384, 3, ("file", 40_000));
        rig.Open(torrent, folder.Path);
        await rig.WriteAsync(torrent, new PieceIndex(0));
        Assert.Equal(16_384, File.ReadAllBytes(folder["file"]).Length);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Many_jobs_side_by_side_leave_what_the_same_jobs_one_by_one_would(ulong seed)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig(new FileStorage(maxOpenFiles: 3), new DiskWorkerOptions { DiskThreads = 6, HashThreads = 3 });
        var random = new SeededRandom(seed);
        var files = new (string, long)[30];
        for (int i = 0; i < files.Length; i++)
            files[i] = ($"d/{i % 4}/{i}", random.Next(5) == 0 ? 0 : random.Next(90_000));
        var torrent = new SampleTorrent(48 * 1024, seed, files);
        rig.Open(torrent, folder.Path);
        var jobs = new List<Task<DiskJob>> { rig.Submit(DiskJobKind.Prepare) };
        int[] pieces = [.. Enumerable.Range(0, torrent.Layout.PieceCount)];
        random.Shuffle<int>(pieces);
        foreach (int piece in pieces)
        {
            BufferLease[] leases = rig.Lease(torrent, new PieceIndex(piece));
            jobs.Add(rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(new PieceIndex(piece), 0, 0), Blocks = leases }));
            jobs.Add(rig.Submit(WorkerRig.WriteJob(new PieceIndex(piece), leases)));
            if (random.Next(6) == 0)
                jobs.Add(rig.Submit(DiskJobKind.Sync));
            if (random.Next(6) == 0)
                jobs.Add(rig.CheckAsync(torrent));
        }

        jobs.Add(rig.Submit(DiskJobKind.Close));
        foreach (DiskJob job in await Task.WhenAll(jobs))
        {
            Assert.True(job.Error is null, $"seed {seed}: {job.Kind} {job.Error}");
            if (job.Kind == DiskJobKind.Hash)
                Assert.Equal(torrent.HashOf(job.Range.Piece), job.Digest);
        }

        torrent.AssertOnDisk(folder.Path);
    }

    [Fact]
    public void A_job_of_a_torrent_without_storage_is_misuse()
    {
        using var rig = new WorkerRig();
        Assert.Throws<InvalidOperationException>(() => { _ = rig.Submit(DiskJobKind.Stamp); });
    }

    private static FileStorage Storage(bool portable) => portable ? new FileStorage(null, root => new PortableFolder(root)) : new FileStorage();

    private static async Task<byte[]> ReadAsync(WorkerRig rig, BlockRange range)
    {
        Assert.True(rig.Pool.TryRent(default, 1, out BufferLease lease));
        DiskJob job = await rig.Submit(new DiskJob { Kind = DiskJobKind.Read, Range = range, Blocks = [lease], BlockCount = 1 });
        Assert.Null(job.Error);
        byte[] bytes = rig.Pool.Span(lease, range.Length).ToArray();
        rig.Return(lease);
        return bytes;
    }
}
