using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

/// <summary>Downloads that are killed, lose power or are tampered with, and go on.</summary>
public sealed class ResumeTests
{
    private const int Block = BlockRange.BlockLength;

    // THREATS F2, chaos 1.
    [Fact]
    public void Kills_at_random_moments_cost_little_and_nothing_wrong_is_believed()
    {
        for (ulong seed = 0; seed < 25; seed++)
        {
            long loss = 1 << 20;
            var rig = new StorageRig(
                seed, 8 * Block, [100 * Block + 333, 0, 1, 156 * Block + 7], 1 << 20, StorageSettings.Default with { LossBound = loss });
            var fetch = new Fetch(rig, bytesPerSecond: 200_000 << rig.Random.Next(5));
            rig.Start();
            fetch.Begin();
            for (int kill = 0; kill < 12 && !rig.Torrent.Have.IsFull; kill++)
            {
                double rate = fetch.BytesPerSecond;
                fetch.Run(rig.Random.NextDouble() * 4);
                long received = fetch.Received.Count;
                long checkedBytes = rig.Disk.CheckedBytes;
                int doubtful = rig.Stored?.Partials.Count ?? 0;
                rig.Kill();
                rig.Start();
                rig.AssertHaveIsOnDisk();
                fetch.Begin();

                // The bound, and what was on the wire at that moment: a block each of two senders.
                long lostBytes = (received - fetch.Received.Count) * Block;
                Assert.True(lostBytes <= Math.Max(loss, 2 * rate) + (2 * Block), $"seed {seed}: {lostBytes} bytes lost at {rate} B/s");
                Assert.True(rig.Disk.CheckedBytes - checkedBytes <= doubtful * rig.Layout.PieceLength, $"seed {seed}: hashed more than the {doubtful} pieces in doubt");
            }

            fetch.Run(600);
            Assert.True(rig.Torrent.Have.IsFull, $"seed {seed}: not finished");
            rig.AssertHaveIsOnDisk();
            Assert.Empty(rig.Owner.Failures);
            rig.StopCleanly();
        }
    }

    [Fact]
    public void A_loss_of_power_costs_what_was_not_synced_and_nothing_wrong_is_believed()
    {
        for (ulong seed = 100; seed < 125; seed++)
        {
            var settings = StorageSettings.Default with { SyncInterval = TimeSpan.FromSeconds(3) };
            var rig = new StorageRig(seed, 8 * Block, [100 * Block + 333, 156 * Block + 7], 1 << 20, settings);
            var fetch = new Fetch(rig, bytesPerSecond: 400_000);
            rig.Start();
            fetch.Begin();
            for (int loss = 0; loss < 6 && !rig.Torrent.Have.IsFull; loss++)
            {
                fetch.Run(rig.Random.NextDouble() * 6);
                int[] durable = [.. Enumerable.Range(0, rig.Layout.PieceCount).Where(i => rig.Torrent.StateOf(new PieceIndex(i)) == PieceSafety.Durable)];
                rig.LosePower();
                rig.Start();
                rig.AssertHaveIsOnDisk();
                Assert.All(durable, piece => Assert.True(rig.Torrent.Have[piece], $"seed {seed}: durable piece {piece} was lost"));
                fetch.Begin();
            }

            // A partial block that was lost makes its piece fail once, and blames nobody for it.
            fetch.Run(600);
            Assert.True(rig.Torrent.Have.IsFull, $"seed {seed}: not finished");
            Assert.All(rig.Owner.Failures, failure => Assert.Contains(PieceFailure.FromDisk, failure.Senders));
            rig.AssertHaveIsOnDisk();
        }
    }

    [Fact]
    public void A_clean_end_is_believed_without_reading_a_byte_even_after_a_reboot()
    {
        var rig = new StorageRig(1, 4 * Block, [64 * Block], 4 << 20);
        rig.Start();
        for (int piece = 0; piece < 9; piece++)
            rig.DeliverPiece(piece);
        rig.Deliver(new PieceIndex(12), 1);
        rig.StopCleanly();
        rig.BootId = "boot-2";
        rig.Boot();
        rig.Start();
        Assert.Equal(9, rig.Torrent.Have.Count);
        Assert.Equal(0, rig.Disk.CheckedBytes);
        Assert.True(Assert.Single(rig.Owner.Partials!).Blocks[1]);
        Assert.Equal(PieceSafety.Durable, rig.Torrent.StateOf(new PieceIndex(3)));
    }

    [Fact]
    public void Data_without_a_record_is_found_checked_in_parallel_and_used()
    {
        var rig = new StorageRig(2, 4 * Block, [1024 * Block], 32 << 20, StorageSettings.Default with { CheckBatchPieces = 2, CheckBatchBytes = 1, HashWorkers = 4 });
        rig.Start();
        for (int piece = 0; piece < 256; piece++)
        {
            rig.DeliverPiece(piece);
            rig.RunUntil(() => rig.Torrent.Have[piece]);
        }

        rig.StopCleanly();
        rig.Disk.Files[0].Tamper(bytes => { bytes[100 * Block] ^= 1; return bytes; }, 7);
        rig.Stored = null;
        rig.Boot();
        rig.Start();
        Assert.Equal(255, rig.Torrent.Have.Count);
        Assert.False(rig.Torrent.Have[25]);
        Assert.Equal(1024 * Block, rig.Disk.CheckedBytes);
        Assert.Equal(8, rig.Disk.MostChecksOut);
        Assert.True(rig.Owner.Progressed > 10);
    }

    [Fact]
    public void A_stop_gives_up_the_checks_that_are_out()
    {
        var rig = new StorageRig(2, 4 * Block, [1024 * Block], 32 << 20, StorageSettings.Default with { CheckBatchPieces = 2, CheckBatchBytes = 1, HashWorkers = 4 });
        rig.Start();
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        rig.StopCleanly();
        rig.Disk.Files[0].Tamper(bytes => new byte[1024 * Block], 7);
        rig.Stored = null;
        rig.Boot();
        rig.Torrent.Start(rig.Stored, rig.BootId, new StartPolicy(DiskCheck.Auto), rig.Now);
        rig.RunUntil(() => rig.Disk.CheckedBytes > 0);
        rig.StopCleanly();
        Assert.Equal(8, rig.Disk.GivenUp);
        Assert.True(rig.Disk.CheckedBytes < 100 * Block);
    }

    [Fact]
    public void Few_pieces_are_shared_among_all_workers()
    {
        var rig = new StorageRig(2, 4 * Block, [64 * Block], 32 << 20, StorageSettings.Default with { HashWorkers = 8 });
        rig.Start(DiskCheck.Full);
        for (int piece = 0; piece < 16; piece++)
            rig.DeliverPiece(piece);
        rig.StopCleanly();
        rig.Stored = null;
        rig.Boot();
        rig.Start();
        Assert.Equal(16, rig.Torrent.Have.Count);
        Assert.Equal(8, rig.Disk.MostChecksOut);
    }

    [Fact]
    public void A_finished_file_that_was_changed_after_a_stop_is_not_believed()
    {
        var rig = new StorageRig(3, 4 * Block, [16 * Block, 16 * Block], 4 << 20);
        rig.Start();
        for (int piece = 0; piece < 8; piece++)
            rig.DeliverPiece(piece);
        rig.StopCleanly();
        rig.Disk.Files[1].Tamper(bytes => { bytes[0] ^= 1; return bytes; }, rig.Disk.Files[1].Stamp.ModifiedTicks + 1);
        rig.Boot();
        rig.Start();
        Assert.Equal(7, rig.Torrent.Have.Count);
        Assert.False(rig.Torrent.Have[4]);
        Assert.Equal(16 * Block, rig.Disk.CheckedBytes);
    }

    // THREATS F3, chaos 12.
    [Fact]
    public void Missing_files_stop_the_torrent_and_nothing_is_made_or_forgotten()
    {
        var rig = new StorageRig(4, 4 * Block, [16 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.StopCleanly();
        ResumeRecord? before = rig.Stored;
        int prepared = rig.Disk.Done[DiskJobKind.Prepare];
        FileStamp stamp = rig.Disk.Files[0].Stamp;
        byte[] bytes = [];
        rig.Disk.Files[0].Tamper(content => { bytes = content; return null; }, 0);
        rig.Boot();
        rig.Start();
        Assert.Equal([new FileIndex(0)], rig.Owner.Missing);
        Assert.Equal(1, rig.Owner.Closed);
        Assert.Equal(prepared, rig.Disk.Done[DiskJobKind.Prepare]);
        Assert.Same(before, rig.Stored);

        // The drive is back.
        rig.Disk.Files[0].Tamper(_ => bytes, stamp.ModifiedTicks);
        rig.Boot();
        rig.Start();
        Assert.True(rig.Torrent.Have[0]);
        Assert.Equal(0, rig.Disk.CheckedBytes);
    }

    [Fact]
    public void Records_follow_each_other_by_a_second_at_least_and_only_where_something_changed()
    {
        var rig = new StorageRig(5, Block, [600 * Block], 4 << 20);
        rig.Start();
        rig.Run(TimeSpan.FromSeconds(5));
        int before = rig.SavedCount;
        for (int i = 0; i < 100; i++)
        {
            rig.Deliver(new PieceIndex(i), 0);
            rig.Run(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(rig.SavedCount - before, 9, 11);
        rig.Run(TimeSpan.FromSeconds(60));
        before = rig.SavedCount;
        rig.Run(TimeSpan.FromHours(1));
        Assert.Equal(before, rig.SavedCount);
    }

    /// <summary>Two senders that fill pieces at a steady rate, in a random order, a few pieces at a time.</summary>
    private sealed class Fetch(StorageRig rig, double bytesPerSecond)
    {
        public double BytesPerSecond => bytesPerSecond;

        /// <summary>The blocks that need not be fetched (again).</summary>
        public HashSet<(int Piece, int Block)> Received { get; } = [];

        public void Begin()
        {
            Received.Clear();
            for (int piece = 0; piece < rig.Layout.PieceCount; piece++)
            {
                for (int block = 0; rig.Torrent.Have[piece] && block < rig.Layout.BlocksIn(new PieceIndex(piece)); block++)
                    Received.Add((piece, block));
            }

            foreach (PartialPiece partial in rig.Owner.Partials!)
            {
                for (int block = partial.Blocks.NextSet(0); block >= 0; block = partial.Blocks.NextSet(block + 1))
                    Received.Add((partial.Piece.Value, block));
            }
        }

        public void Run(double seconds)
        {
            MonoTime end = rig.Now + TimeSpan.FromSeconds(seconds);
            while (rig.Now < end && !rig.Torrent.Have.IsFull)
            {
                int failures = rig.Owner.Failures.Count;
                if (Next() is { } next && rig.Deliver(new PieceIndex(next.Piece), next.Block, 2 + (2 * rig.Random.Next(2))))
                    Received.Add(next);
                rig.Run(TimeSpan.FromSeconds(Block / bytesPerSecond));
                for (; failures < rig.Owner.Failures.Count; failures++)
                    Received.RemoveWhere(entry => entry.Piece == rig.Owner.Failures[failures].Piece.Value);
            }
        }

        private (int Piece, int Block)? Next()
        {
            List<(int, int)> wanted = [];
            for (int piece = 0; piece < rig.Layout.PieceCount && wanted.Count < 64; piece++)
            {
                for (int block = 0; block < rig.Layout.BlocksIn(new PieceIndex(piece)); block++)
                {
                    if (!Received.Contains((piece, block)))
                        wanted.Add((piece, block));
                }
            }

            return wanted.Count == 0 ? null : wanted[rig.Random.Next(wanted.Count)];
        }
    }

    /// <summary>A sync or a record that is under way for the old bytes says nothing of those that come in their place.</summary>
    [Fact]
    public void A_piece_that_vanished_is_neither_durable_nor_recorded_before_its_new_bytes_are()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            var rig = new StorageRig(seed, 4 * Block, [16 * Block], 4 << 20);
            rig.Start();
            rig.DeliverPiece(0);
            rig.DeliverPiece(1);
            rig.RunUntil(() => rig.Torrent.Have[0] && rig.Torrent.Have[1]);
            rig.Disk.MaxLatency = TimeSpan.FromSeconds(3);
            rig.Run(TimeSpan.FromMilliseconds(rig.Random.Next(35_000)));
            var piece = new PieceIndex(0);
            Assert.True(rig.Torrent.Forget(piece, rig.Now));
            Assert.False(rig.Torrent.Forget(piece, rig.Now));
            Assert.Equal(PieceSafety.Missing, rig.Torrent.StateOf(piece));
            rig.DeliverPiece(0);
            rig.RunUntil(() => rig.Torrent.Have[0]);
            Assert.Equal(PieceSafety.Written, rig.Torrent.StateOf(piece));
            rig.RunUntil(() => rig.Torrent.StateOf(piece) == PieceSafety.Durable);
            rig.LosePower();
            rig.Start();
            Assert.True(rig.Torrent.Have[0] && rig.Torrent.Have[1]);
            rig.AssertHaveIsOnDisk();
        }
    }
}
