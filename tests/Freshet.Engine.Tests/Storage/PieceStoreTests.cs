using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

public sealed class PieceStoreTests
{
    private const int Block = BlockRange.BlockLength;

    [Fact]
    public void A_whole_right_piece_is_hashed_written_in_one_call_and_announced()
    {
        var rig = new StorageRig(1, 4 * Block, [10 * Block + 5], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        Assert.Equal([0], rig.Owner.Written);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Hash]);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Write]);
        Assert.Equal(PieceSafety.Written, rig.Torrent.StateOf(new PieceIndex(0)));
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void A_piece_goes_through_its_states_in_order()
    {
        var rig = new StorageRig(1, 4 * Block, [8 * Block], 4 << 20);
        rig.Start();
        var piece = new PieceIndex(1);
        var states = new List<PieceSafety> { rig.Torrent.StateOf(piece) };
        rig.DeliverPiece(1);
        rig.RunUntil(
            () =>
            {
                PieceSafety state = rig.Torrent.StateOf(piece);
                if (state != states[^1])
                    states.Add(state);
                return state == PieceSafety.Durable;
            });
        Assert.Equal([PieceSafety.Missing, PieceSafety.Verified, PieceSafety.Written, PieceSafety.Recorded, PieceSafety.Durable], states);
    }

    [Fact]
    public void A_wrong_piece_names_the_sender_and_digest_of_each_block()
    {
        var rig = new StorageRig(2, 3 * Block, [6 * Block], 4 << 20);
        rig.Start();
        var piece = new PieceIndex(0);
        rig.Deliver(piece, 0, sender: 2);
        rig.Deliver(piece, 1, sender: 4, corrupt: true);
        rig.Deliver(piece, 2, sender: 6);
        rig.RunUntil(() => rig.Owner.Failures.Count == 1);
        PieceFailure failure = rig.Owner.Failures[0];
        Assert.Equal([2, 4, 6], failure.Senders.Select(sender => sender.Value));
        Assert.Equal(new Sha1Hash(SHA1.HashData(rig.Content(piece)[..Block])), failure.Digests![0]);
        Assert.NotEqual(new Sha1Hash(SHA1.HashData(rig.Content(piece)[Block..(2 * Block)])), failure.Digests[1]);
        Assert.Empty(rig.Owner.Written);
        Assert.Equal(0, rig.Pool.RentedBlocks);

        // The second attempt is right: its digests say who lied.
        rig.DeliverPiece(0, sender: 8);
        rig.RunUntil(() => rig.Torrent.Have[0] && rig.Owner.Proven.Count == 1);
        Assert.NotEqual(failure.Digests[1], rig.Owner.Proven[0].Digests[1]);
        Assert.Equal(failure.Digests[2], rig.Owner.Proven[0].Digests[2]);
    }

    [Fact]
    public void A_wrong_piece_of_one_sender_needs_no_digests()
    {
        var rig = new StorageRig(3, 3 * Block, [6 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0, corrupt: true);
        rig.RunUntil(() => rig.Owner.Failures.Count == 1);
        Assert.Null(rig.Owner.Failures[0].Digests);
        Assert.False(rig.Disk.Done.ContainsKey(DiskJobKind.HashBlocks));
    }

    [Fact]
    public void A_block_that_is_not_wanted_gives_its_lease_back()
    {
        var rig = new StorageRig(4, 2 * Block, [4 * Block], 4 << 20);
        Assert.True(rig.Deliver(new PieceIndex(0), 0));
        Assert.Equal(0, rig.Pool.RentedBlocks);
        rig.Start();
        rig.Deliver(new PieceIndex(0), 0);
        rig.Deliver(new PieceIndex(0), 0);
        Assert.Equal(1, rig.Pool.RentedBlocks);
        rig.Deliver(new PieceIndex(0), 1);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        rig.Deliver(new PieceIndex(0), 1);
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.True(rig.Pool.TryRent(default, 1, out BufferLease odd));
        Assert.False(rig.Torrent.Accept(new BlockRange(new PieceIndex(1), 5, Block), odd, new ConnectionId(2), rig.Now));
        Assert.True(rig.Pool.TryRent(default, 1, out odd));
        Assert.False(rig.Torrent.Accept(new BlockRange(new PieceIndex(9), 0, Block), odd, new ConnectionId(2), rig.Now));
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void Old_blocks_are_spilled_and_their_prefix_is_hashed_so_that_nothing_is_read_back()
    {
        var rig = new StorageRig(5, 8 * Block, [8 * Block], 4 << 20);
        rig.Start();
        var piece = new PieceIndex(0);
        for (int block = 0; block < 5; block++)
            rig.Deliver(piece, block);
        rig.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.HashPrefix]);

        // What is on disk may rot now: the hash has it already.
        for (int block = 5; block < 8; block++)
            rig.Deliver(piece, block);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        rig.AssertHaveIsOnDisk();
    }

    /// <summary>THREATS W4: what is judged is what was received, not what came back from disk.</summary>
    [Fact]
    public void A_wrong_block_that_was_spilled_is_named_by_the_digest_of_what_was_received()
    {
        var rig = new StorageRig(31, 8 * Block, [8 * Block], 4 << 20);
        rig.Start();
        var piece = new PieceIndex(0);

        // Out of order, so that no prefix covers them: they are read back.
        rig.Deliver(piece, 3, sender: 4, corrupt: true);
        rig.Deliver(piece, 4, sender: 2);
        rig.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(0, rig.Pool.RentedBlocks);
        foreach (int block in (int[])[0, 1, 2, 5, 6, 7])
            rig.Deliver(piece, block, sender: 2);
        rig.RunUntil(() => rig.Owner.Failures.Count == 1);
        PieceFailure failure = rig.Owner.Failures[0];
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Owner.Proven.Count == 1);
        Assert.Equal([3], Enumerable.Range(0, 8).Where(block => failure.Digests![block] != rig.Owner.Proven[0].Digests[block]));
        Assert.Equal(4, failure.Senders[3].Value);
    }

    [Fact]
    public void A_wrong_piece_of_one_sender_that_was_spilled_is_a_failure_of_the_sender()
    {
        var rig = new StorageRig(32, 8 * Block, [8 * Block], 4 << 20);
        rig.Start();
        var piece = new PieceIndex(0);
        rig.Deliver(piece, 3, corrupt: true);
        rig.Run(TimeSpan.FromSeconds(3));
        foreach (int block in (int[])[0, 1, 2, 4, 5, 6, 7])
            rig.Deliver(piece, block);
        rig.RunUntil(() => rig.Owner.Failures.Count == 1);
        Assert.Empty(rig.Owner.Spoilt);
        Assert.All(rig.Owner.Failures[0].Senders, sender => Assert.Equal(2, sender.Value));
    }

    [Fact]
    public void What_our_disk_spoilt_is_no_failure_of_any_sender_and_the_file_is_named()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var rig = new StorageRig(seed, 8 * Block, [(3 * Block) + 7, 5 * Block], 4 << 20);
            rig.Start();
            var piece = new PieceIndex(0);
            int spilled = 1 + rig.Random.Next(7);
            bool poisoned = rig.Random.Chance(0.5);
            rig.Deliver(piece, spilled, corrupt: poisoned);
            rig.Run(TimeSpan.FromSeconds(3));
            long at = (spilled * Block) + 9000;
            int file = at < rig.Layout.Files[0].Length ? 0 : 1;
            rig.Disk.Files[file].Tamper(bytes => { bytes[at - rig.Layout.Files[file].Offset] ^= 4; return bytes; }, rig.Disk.WallTicks);
            foreach (int block in Enumerable.Range(0, 8).Where(block => block != spilled))
                rig.Deliver(piece, block, sender: 2 + (2 * rig.Random.Next(2)));
            rig.RunUntil(() => rig.Owner.Spoilt.Count == 1);
            Assert.Empty(rig.Owner.Failures);
            string path = rig.Layout.Files[spilled * Block < rig.Layout.Files[0].Length ? 0 : 1].Path;
            Assert.Equal((0, DiskErrorKind.Device, path), (rig.Owner.Spoilt[0].Piece, rig.Owner.Spoilt[0].Error.Kind, rig.Owner.Spoilt[0].Error.Path));
            Assert.Equal(0, rig.Pool.RentedBlocks);
            rig.DeliverPiece(0);
            rig.RunUntil(() => rig.Torrent.Have[0]);
            rig.AssertHaveIsOnDisk();
        }
    }

    [Fact]
    public void Only_pieces_that_were_spilled_are_hashed_block_by_block()
    {
        var rig = new StorageRig(33, 4 * Block, [8 * Block], 4 << 20);
        rig.Disk.Fault = job =>
        {
            Assert.Equal(job.Range.Piece.Value == 1 && job.Kind is DiskJobKind.Write or DiskJobKind.Hash, job.Received is not null);
            return null;
        };
        rig.Start();
        rig.DeliverPiece(0);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        rig.Deliver(new PieceIndex(1), 2);
        rig.Run(TimeSpan.FromSeconds(3));
        foreach (int block in (int[])[0, 1, 3])
            rig.Deliver(new PieceIndex(1), block);
        rig.RunUntil(() => rig.Torrent.Have[1]);
    }

    [Fact]
    public void A_piece_that_is_whole_while_its_prefix_is_hashed_waits_for_that()
    {
        var rig = new StorageRig(9, 8 * Block, [8 * Block], 4 << 20);
        rig.Start();
        for (int block = 0; block < 5; block++)
            rig.Deliver(new PieceIndex(0), block);
        rig.Disk.MinLatency = rig.Disk.MaxLatency = TimeSpan.FromSeconds(5);
        rig.Run(TimeSpan.FromSeconds(3));
        for (int block = 5; block < 8; block++)
            rig.Deliver(new PieceIndex(0), block);
        rig.RunUntil(() => rig.Torrent.Have[0]);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Hash]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Pieces_larger_than_the_budget_finish_in_any_order_of_arrival(ulong seed)
    {
        // Four pieces of 2 MiB at once in a pool of 1 MiB; nothing but the want of memory makes it spill.
        var settings = StorageSettings.Default with { SpillAge = TimeSpan.FromHours(10), LossBound = 1L << 40 };
        var rig = new StorageRig(seed, 128 * Block, [500 * Block + 77, 3], 1 << 20, settings);
        rig.Start();
        rig.Disk.MaxLatency = TimeSpan.FromMilliseconds(40);
        List<(int Piece, int Block)> blocks = [];
        for (int piece = 0; piece < rig.Layout.PieceCount; piece++)
        {
            for (int block = 0; block < rig.Layout.BlocksIn(new PieceIndex(piece)); block++)
                blocks.Add((piece, block));
        }

        (int Piece, int Block)[] order = [.. blocks];
        rig.Random.Shuffle(order.AsSpan());
        int refused = 0;
        foreach ((int piece, int block) in order)
        {
            while (!rig.Deliver(new PieceIndex(piece), block))
            {
                // The sockets stand still; the disk must make room.
                Assert.True(++refused < 100_000, $"seed {seed}: no progress");
                rig.Run(TimeSpan.FromMilliseconds(5));
            }

            if (rig.Random.Chance(0.2))
                rig.Run(TimeSpan.FromMilliseconds(rig.Random.Next(3)));
            else
                rig.Step();
        }

        rig.RunUntil(() => rig.Torrent.Have.IsFull);
        rig.AssertHaveIsOnDisk();
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.Empty(rig.Owner.Failures);
    }

    [Fact]
    public void A_stop_writes_what_is_in_memory_syncs_records_and_closes()
    {
        var rig = new StorageRig(6, 4 * Block, [16 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.Deliver(new PieceIndex(1), 2);
        rig.StopCleanly();
        Assert.Equal(1, rig.Owner.Closed);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Sync]);
        Assert.Equal(1, rig.Disk.Done[DiskJobKind.Close]);
        Assert.Equal([0x80], rig.Stored!.Durable.ToArray());
        PartialPieceRecord partial = Assert.Single(rig.Stored.Partials);
        Assert.Equal([0x20], partial.Blocks.ToArray());
    }

    [Fact]
    public void A_discarding_stop_writes_nothing_more_and_returns_every_lease()
    {
        var rig = new StorageRig(7, 4 * Block, [16 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.Deliver(new PieceIndex(1), 2);
        rig.Torrent.Stop(rig.Now, discard: true);
        rig.RunUntil(() => rig.Torrent.IsClosed);
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.False(rig.Disk.Done.ContainsKey(DiskJobKind.Write));
        Assert.False(rig.Disk.Done.ContainsKey(DiskJobKind.Sync));
    }

    [Fact]
    public void A_stop_in_the_middle_of_anything_returns_every_lease_once()
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            var rig = new StorageRig(seed, 8 * Block, [64 * Block], 1 << 20);
            rig.Start();
            rig.Disk.MaxLatency = TimeSpan.FromMilliseconds(200);
            for (int i = 0; i < 40; i++)
            {
                rig.Deliver(new PieceIndex(rig.Random.Next(8)), rig.Random.Next(8), 2 + (2 * rig.Random.Next(3)), rig.Random.Chance(0.05));
                if (rig.Random.Chance(0.3))
                    rig.Run(TimeSpan.FromMilliseconds(rig.Random.Next(400)));
            }

            rig.Torrent.Stop(rig.Now, discard: rig.Random.Chance(0.3));
            rig.RunUntil(() => rig.Torrent.IsClosed);
            Assert.Equal(0, rig.Pool.RentedBlocks);
            Assert.Equal(0, rig.Session.Memory.IdleBlocks);
            Assert.Equal(0, rig.Session.Memory.QueuedBlocks);
            Assert.True(rig.Disk.IsIdle);
        }
    }

    [Fact]
    public void Blocks_are_read_for_peers_a_bounded_number_at_a_time()
    {
        var rig = new StorageRig(8, 4 * Block, [16 * Block], 4 << 20, StorageSettings.Default with { MaxReads = 2 });
        rig.Start();
        rig.DeliverPiece(3);
        rig.RunUntil(() => rig.Torrent.Have[3]);
        var piece = new PieceIndex(3);
        Assert.Equal(0, rig.Torrent.Read(new BlockRange(new PieceIndex(0), 0, Block), rig.Owner, rig.Now));
        rig.Owner.ReadsOut = 2;
        Assert.Equal(1000, rig.Torrent.Read(new BlockRange(piece, 100, 1000), rig.Owner, rig.Now));
        Assert.Equal(Block, rig.Torrent.Read(new BlockRange(piece, 0, 4 * Block), rig.Owner, rig.Now));
        Assert.Equal(0, rig.Torrent.Read(new BlockRange(piece, 0, Block), rig.Owner, rig.Now));
        rig.RunUntil(() => rig.Owner.ReadsOut == 0);
        Assert.Contains(rig.Owner.Read, lease => rig.Pool.Span(lease)[..1000].SequenceEqual(rig.Content(piece).Slice(100, 1000)));
        foreach (BufferLease lease in rig.Owner.Read)
            rig.Pool.Return(lease);
        rig.Owner.Read.Clear();
        Assert.Equal(0, rig.Pool.RentedBlocks);

        // A read that fails says so and gives its lease back.
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Read ? new DiskError(DiskErrorKind.Device, "f0", "EIO") : null;
        rig.Owner.ReadsOut = 1;
        Assert.Equal(Block, rig.Torrent.Read(new BlockRange(piece, 0, Block), rig.Owner, rig.Now));
        rig.RunUntil(() => rig.Owner.ReadsOut == 0);
        Assert.Equal(DiskErrorKind.Device, rig.Owner.ReadErrors[^1]!.Kind);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }
}
