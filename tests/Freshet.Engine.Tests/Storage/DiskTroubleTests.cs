using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

public sealed class DiskTroubleTests
{
    private const int Block = BlockRange.BlockLength;

    // THREATS F1: pause with a plain message, nothing lost, resume unaided within 60 s.
    [Fact]
    public void A_full_disk_pauses_writing_and_goes_on_by_itself_when_space_returns()
    {
        var rig = new StorageRig(1, 4 * Block, [32 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        rig.Disk.FreeBytes = 0;
        for (int piece = 1; piece < 6; piece++)
            rig.DeliverPiece(piece);
        rig.RunUntil(() => rig.Owner.Troubles.Count == 1);
        Assert.Equal((DiskErrorKind.Full, true), (rig.Owner.Troubles[0].Error.Kind, rig.Owner.Troubles[0].WillRetry));

        // Hours pass; it is said once, and tried again every half minute.
        int writes = rig.Disk.Done[DiskJobKind.Write];
        rig.Run(TimeSpan.FromHours(1));
        Assert.InRange(rig.Disk.Done[DiskJobKind.Write] - writes, 60, 200);
        Assert.Single(rig.Owner.Troubles);
        Assert.Single(rig.Owner.Written);

        rig.Disk.FreeBytes = long.MaxValue;
        MonoTime spaceAt = rig.Now;
        rig.RunUntil(() => rig.Owner.Recovered == 1 && rig.Torrent.Have.Count == 6);
        Assert.True(rig.Now - spaceAt <= TimeSpan.FromSeconds(60));
        rig.AssertHaveIsOnDisk();
        Assert.Empty(rig.Owner.Lost);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void A_full_disk_is_not_over_because_a_write_over_old_bytes_goes_through()
    {
        var rig = new StorageRig(2, 4 * Block, [32 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(7);
        rig.RunUntil(() => rig.Torrent.Have[7]);

        // The last piece made the file long: only a second file system's rule stops some pieces.
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Write && job.Range.Piece.Value == 1 ? new DiskError(DiskErrorKind.Full, "f0", "full") : null;
        rig.DeliverPiece(1);
        rig.DeliverPiece(2);
        rig.DeliverPiece(3);
        rig.Run(TimeSpan.FromMinutes(10));
        Assert.Single(rig.Owner.Troubles);
        Assert.Equal(0, rig.Owner.Recovered);
        rig.Disk.Fault = null;
        rig.RunUntil(() => rig.Torrent.Have.Count == 4);
        Assert.Equal(1, rig.Owner.Recovered);
    }

    [Theory]
    [InlineData(DiskErrorKind.Denied)]
    [InlineData(DiskErrorKind.Missing)]
    [InlineData(DiskErrorKind.Device)]
    public void Other_trouble_is_retried_some_times_and_then_left_to_a_person(DiskErrorKind kind)
    {
        var rig = new StorageRig(3, 4 * Block, [32 * Block], 4 << 20);
        rig.Start();
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Write ? new DiskError(kind, "f0", "no") : null;
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Owner.Troubles.Count == 2);
        Assert.Equal([true, false], rig.Owner.Troubles.Select(trouble => trouble.WillRetry));
        Assert.Equal(6, rig.Disk.Done[DiskJobKind.Write]);
        Assert.False(rig.Torrent.Have[0]);
        Assert.Equal(PieceSafety.Verified, rig.Torrent.StateOf(new PieceIndex(0)));
        rig.StopCleanly();
        Assert.Equal([0x00], rig.Stored!.Recorded.ToArray());
    }

    // Chaos 7: EIO now and then.
    [Fact]
    public void Errors_now_and_then_cost_time_but_no_piece()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var rig = new StorageRig(seed, 8 * Block, [128 * Block], 1 << 20);
            rig.Start();
            rig.Disk.Fault = job => job.Kind is DiskJobKind.Write or DiskJobKind.Hash or DiskJobKind.HashPrefix && rig.Random.Chance(0.1)
                ? new DiskError(DiskErrorKind.Device, "f0", "EIO")
                : null;
            Fetch(rig, 16);
            Assert.Empty(rig.Owner.Failures);
            Assert.All(rig.Owner.Troubles, trouble => Assert.True(trouble.WillRetry));
            Assert.Equal(0, rig.Pool.RentedBlocks);
        }
    }

    [Fact]
    public void Spilled_blocks_that_cannot_be_read_back_are_trouble_and_never_a_piece()
    {
        var rig = new StorageRig(4, 8 * Block, [8 * Block], 4 << 20);
        rig.Start();
        var piece = new PieceIndex(0);
        rig.Deliver(piece, 7);
        rig.Deliver(piece, 3);
        rig.Run(TimeSpan.FromSeconds(5));
        rig.Disk.Files[0].Tamper(_ => null, 0);
        foreach (int block in new[] { 0, 1, 2, 4, 5, 6 })
            rig.Deliver(piece, block);
        rig.RunUntil(() => rig.Owner.Troubles.Count == 2);
        Assert.Equal(DiskErrorKind.Missing, rig.Owner.Troubles[0].Error.Kind);
        Assert.False(rig.Owner.Troubles[1].WillRetry);
        Assert.Empty(rig.Owner.Written);
        rig.StopCleanly();
    }

    // THREATS P7, F3, chaos 11: writes to a deleted file succeed and go nowhere.
    [Fact]
    public void Files_that_go_away_underneath_end_the_torrent_and_leave_the_record_as_it_was()
    {
        var rig = new StorageRig(10, 4 * Block, [8 * Block, 8 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.DeliverPiece(2);
        rig.Run(TimeSpan.FromSeconds(3));
        ResumeRecord? before = rig.Stored;
        Assert.NotNull(before);
        rig.Disk.Files[1].Tamper(_ => null, 0);
        rig.DeliverPiece(1);
        rig.RunUntil(() => rig.Torrent.IsClosed);
        Assert.Equal([new FileIndex(1)], rig.Owner.Missing);
        Assert.Same(before, rig.Stored);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void Files_that_go_away_before_the_last_record_are_missed_at_the_end()
    {
        var rig = new StorageRig(11, 4 * Block, [8 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.DeliverPiece(1);
        rig.Run(TimeSpan.FromSeconds(3));
        rig.Disk.Files[0].Tamper(_ => null, 0);
        rig.StopCleanly();
        Assert.Equal([new FileIndex(0)], rig.Owner.Missing);
    }

    // Chaos 5: a state store that fails is tried again ever more seldom; who stops a torrent waits for one try, not for the next of those.
    [Fact]
    public void The_last_record_of_a_torrent_does_not_wait_for_the_stores_turn()
    {
        var rig = new StorageRig(9, 4 * Block, [8 * Block], 4 << 20) { SaveError = "disk full" };
        rig.Start();
        rig.DeliverPiece(0);
        rig.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0, rig.HurriedCount);
        rig.StopCleanly();
        Assert.NotEqual(0, rig.HurriedCount);
    }

    // Chaos 7b, THREATS section 6: a failed fdatasync commits nothing and is said.
    [Fact]
    public void A_failed_sync_never_makes_a_piece_durable_nor_leaves_it_believed()
    {
        var rig = new StorageRig(5, 4 * Block, [32 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Torrent.StateOf(new PieceIndex(0)) == PieceSafety.Durable);
        rig.DeliverPiece(1);
        rig.RunUntil(() => rig.Torrent.StateOf(new PieceIndex(1)) == PieceSafety.Recorded);
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Sync ? new DiskError(DiskErrorKind.Device, "f0", "fdatasync: EIO") : null;
        rig.RunUntil(() => rig.Owner.SyncFailures.Count == 1);
        rig.Disk.Fault = null;
        rig.DeliverPiece(2);
        rig.RunUntil(() => rig.Torrent.StateOf(new PieceIndex(2)) == PieceSafety.Durable);

        // The next sync succeeded, but it cannot vouch for what the failed one lost.
        Assert.Equal(PieceSafety.Written, rig.Torrent.StateOf(new PieceIndex(1)));
        rig.StopCleanly();
        Assert.Equal([0xA0], rig.Stored!.Recorded.ToArray());
        Assert.Equal([0xA0], rig.Stored.Durable.ToArray());

        // The next start looks at that piece, and only at that.
        rig.Boot();
        rig.Start();
        Assert.Equal(4 * Block, rig.Disk.CheckedBytes);
        Assert.Equal(3, rig.Torrent.Have.Count);
    }

    [Fact]
    public void A_spilled_block_lost_to_a_failed_sync_keeps_its_piece_in_doubt()
    {
        var rig = new StorageRig(6, 4 * Block, [32 * Block], 4 << 20, StorageSettings.Default with { SyncInterval = TimeSpan.FromSeconds(4) });
        rig.Start();
        rig.Deliver(new PieceIndex(0), 0);
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Sync ? new DiskError(DiskErrorKind.Full, "f0", "ENOSPC") : null;
        rig.RunUntil(() => rig.Owner.SyncFailures.Count == 1);
        rig.Disk.Fault = null;
        for (int block = 1; block < 4; block++)
            rig.Deliver(new PieceIndex(0), block);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        rig.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(PieceSafety.Written, rig.Torrent.StateOf(new PieceIndex(0)));
        Assert.Equal([0x00], rig.Stored!.Recorded.ToArray());
    }

    [Fact]
    public void Trouble_with_making_the_files_is_retried_until_it_passes()
    {
        var rig = new StorageRig(7, 4 * Block, [32 * Block], 4 << 20);
        int left = 3;
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Prepare && left-- > 0 ? new DiskError(DiskErrorKind.Full, "f0", "full") : null;
        rig.Start(allocate: true);
        Assert.True(rig.Torrent.IsReady);
        Assert.Single(rig.Owner.Troubles);
        Assert.Equal(1, rig.Owner.Recovered);
    }

    [Fact]
    public void A_state_store_in_trouble_is_said_once_and_downloading_goes_on()
    {
        var rig = new StorageRig(8, 4 * Block, [32 * Block], 4 << 20) { SaveError = "disk full" };
        rig.Start();
        Fetch(rig, 8);
        rig.Run(TimeSpan.FromSeconds(30));
        Assert.Single(rig.Notices);
        Assert.IsType<StateStoreNotice>(rig.Notices[0]);
        Assert.Equal(PieceSafety.Written, rig.Torrent.StateOf(new PieceIndex(0)));
        rig.SaveError = null;
        rig.RunUntil(() => rig.Torrent.StateOf(new PieceIndex(0)) == PieceSafety.Durable);
        rig.StopCleanly();
    }

    [Fact]
    public void A_full_disk_of_one_torrent_does_not_starve_another()
    {
        var rig = new StorageRig(9, 4 * Block, [64 * Block], 1 << 20);
        rig.Start();
        rig.Disk.FreeBytes = 0;
        int piece = 0;
        while (rig.Pool.FreeBlocks >= 4 && piece < 16)
            rig.DeliverPiece(piece++);
        rig.RunUntil(() => rig.Owner.Troubles.Count == 1);
        rig.Run(TimeSpan.FromSeconds(10));
        Assert.Empty(rig.Owner.Lost);
        Assert.Equal(0, rig.Pool.FreeBlocks);

        // Another torrent of the session comes along; its disk is well.
        var other = new SecondTorrent(rig);
        other.Start();
        rig.Run(TimeSpan.FromSeconds(1));
        Assert.NotEmpty(rig.Owner.Lost);
        Assert.True(rig.Pool.FreeBlocks >= rig.Pool.CapacityBlocks / 4);
        rig.Disk.FreeBytes = long.MaxValue;
        rig.RunUntil(() => rig.Owner.Recovered == 1);
        foreach (int lost in rig.Owner.Lost)
            rig.DeliverPiece(lost);
        rig.RunUntil(() => rig.Torrent.Have.IsFull);
        rig.AssertHaveIsOnDisk();
    }

    private static void Fetch(StorageRig rig, int pieces)
    {
        for (int piece = 0; piece < pieces; piece++)
        {
            for (int block = 0; block < rig.Layout.BlocksIn(new PieceIndex(piece)); block++)
            {
                while (!rig.Deliver(new PieceIndex(piece), block))
                    rig.Run(TimeSpan.FromMilliseconds(20));
            }

            rig.Run(TimeSpan.FromMilliseconds(rig.Random.Next(50)));
        }

        rig.RunUntil(() => rig.Torrent.Have.Count >= pieces);
        rig.AssertHaveIsOnDisk();
    }

    /// <summary>A torrent without data of its own, on the same disk: ready, and in need of memory.</summary>
    private sealed class SecondTorrent
    {
        private readonly StorageRig _rig;
        private readonly TorrentStorage _storage;

        public SecondTorrent(StorageRig rig)
        {
            _rig = rig;
            _storage = new TorrentStorage(
                rig.Session, rig.Location, default, new Sha1PieceVerifier(rig.Location.PieceHashes), new OwnerLog(rig));
        }

        public void Start()
        {
            _storage.Start(null, _rig.BootId, new StartPolicy(DiskCheck.None), _rig.Now);
            _rig.RunUntil(() => _storage.IsReady);
        }
    }
}
