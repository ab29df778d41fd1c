using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

public sealed class PiecePickerTests
{
    [Fact]
    public void The_rarest_piece_is_begun_first()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var world = new PickerWorld(20, blocksPerPiece: 1, seed);
            world.Warm();
            int[] all = [.. Enumerable.Range(0, 20)];
            ConnectionId peer = world.Peer(all);
            int rare = world.Picker.Have.NextClear(0);
            world.Peer([.. all.Where(piece => piece != rare)]);
            Assert.Equal(rare, Assert.Single(world.Pick(peer, 1)).Piece.Value);
        }
    }

    [Fact]
    public void Equally_rare_pieces_are_begun_by_chance()
    {
        var first = new HashSet<int>();
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var world = new PickerWorld(50, blocksPerPiece: 1, seed);
            world.Warm();
            first.Add(Assert.Single(world.Pick(world.Seeder(), 1)).Piece.Value);
        }

        Assert.True(first.Count > 15, $"{first.Count} different ones");
    }

    [Fact]
    public void The_first_pieces_are_begun_at_random_however_rare()
    {
        int rarest = 0;
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var world = new PickerWorld(50, blocksPerPiece: 1, seed);
            ConnectionId peer = world.Peer([.. Enumerable.Range(0, 50)]);
            world.Peer([.. Enumerable.Range(1, 49)]);
            rarest += Assert.Single(world.Pick(peer, 1)).Piece.Value == 0 ? 1 : 0;
        }

        Assert.True(rarest < 10, $"{rarest} of 50 began with the rarest one");
    }

    [Fact]
    public void Sequential_goes_from_the_start_to_the_end()
    {
        var world = new PickerWorld(5, blocksPerPiece: 2, strategy: PickStrategy.Sequential);
        BlockRange[] blocks = world.Pick(world.Seeder(), 100);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], blocks.Select(block => block.Piece.Value));
        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], blocks.Select(block => block.BlockInPiece));
    }

    [Fact]
    public void The_last_block_is_as_short_as_the_torrent()
    {
        var world = new PickerWorld(2, blocksPerPiece: 2, strategy: PickStrategy.Sequential, lastBlock: 100);
        Assert.Equal(
            [16384, 16384, 16384, 100],
            world.Pick(world.Seeder(), 9).Select(block => block.Length));
    }

    [Fact]
    public void An_open_piece_is_finished_before_another_is_begun()
    {
        var world = new PickerWorld(10);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        BlockRange first = Assert.Single(world.Pick(a, 1));
        BlockRange[] next = world.Pick(b, 3);
        Assert.All(next, block => Assert.Equal(first.Piece, block.Piece));
        Assert.NotEqual(first.Piece, Assert.Single(world.Pick(b, 1)).Piece);
    }

    [Fact]
    public void A_fast_peer_keeps_its_piece_to_itself()
    {
        var world = new PickerWorld(10);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        PieceIndex piece = Assert.Single(world.Pick(a, 1, whole: true)).Piece;
        Assert.NotEqual(piece, Assert.Single(world.Pick(b, 1)).Piece);
        Assert.All(world.Pick(a, 3, whole: true), block => Assert.Equal(piece, block.Piece));
    }

    [Fact]
    public void A_fast_peers_piece_is_shared_when_there_is_nothing_else()
    {
        var world = new PickerWorld(1);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        world.Pick(a, 1, whole: true);
        Assert.Equal(3, world.Pick(b, 9).Length);
    }

    [Fact]
    public void With_too_many_open_pieces_no_new_one_is_begun_by_who_can_help()
    {
        var world = new PickerWorld(100);
        ConnectionId[] peers = [.. Enumerable.Range(0, 4).Select(_ => world.Peer([.. Enumerable.Range(0, 100)]))];
        // Four peers allow six pieces with free blocks; each of these begins one and leaves.
        for (int i = 0; i < 12; i++)
        {
            ConnectionId passer = world.Peer(i);
            BlockRange[] blocks = world.Pick(passer, 2);
            world.Receive(blocks[0], passer);
            world.Picker.RemovePeer(passer);
        }

        int open = world.Picker.OpenCount;
        Assert.Equal(12, open);
        foreach (ConnectionId peer in peers)
            world.Pick(peer, 4, whole: true);
        Assert.Equal(open, world.Picker.OpenCount);
    }

    [Fact]
    public void A_large_piece_alone_makes_others_share_it()
    {
        // 64 MiB pieces: two of them open would be more than the budget of blocks.
        var world = new PickerWorld(4, blocksPerPiece: 4096);
        BlockRange first = world.Pick(world.Seeder(), 1, whole: true)[0];
        Assert.Equal(first.Piece, world.Pick(world.Seeder(), 1, whole: true)[0].Piece);
    }

    [Fact]
    public void A_choked_peer_is_asked_only_for_what_it_allowed_fast()
    {
        var world = new PickerWorld(10);
        ConnectionId peer = world.Seeder();
        Assert.Empty(world.Pick(peer, 5, choked: true));
        world.Picker.AllowFast(peer, new PieceIndex(7));
        Assert.Equal([7, 7, 7, 7], world.Pick(peer, 9, choked: true).Select(block => block.Piece.Value));
    }

    [Fact]
    public void A_choke_voids_requests_but_not_those_allowed_fast()
    {
        var world = new PickerWorld(10);
        ConnectionId peer = world.Seeder();
        world.Picker.AllowFast(peer, new PieceIndex(7));
        world.Pick(peer, 1, choked: true);
        BlockRange[] others = world.Pick(peer, 20);
        int fast = 1 + others.Count(block => block.Piece.Value == 7);
        Assert.Equal(21 - fast, world.Picker.AbortAll(peer, exceptAllowedFast: true));
        Assert.Equal(fast, world.Picker.OutstandingOf(peer));
        world.Picker.CheckInvariants();
    }

    [Fact]
    public void A_suggested_piece_is_begun_first()
    {
        var world = new PickerWorld(50);
        ConnectionId peer = world.Seeder();
        world.Picker.Suggest(peer, new PieceIndex(33));
        Assert.Equal(33, Assert.Single(world.Pick(peer, 1)).Piece.Value);
    }

    [Fact]
    public void Floods_of_hints_are_bounded()
    {
        // W12: suggest and allowed-fast floods.
        var world = new PickerWorld(1000, blocksPerPiece: 1);
        ConnectionId peer = world.Seeder();
        for (int i = 0; i < 1000; i++)
        {
            world.Picker.Suggest(peer, new PieceIndex(i));
            world.Picker.AllowFast(peer, new PieceIndex(i));
        }

        Assert.Equal(PiecePicker.MaxAllowedFast, world.Pick(peer, 999, choked: true).Length);
        Assert.Equal(999, Assert.Single(world.Pick(peer, 1)).Piece.Value);
    }

    [Fact]
    public void A_snubbed_peer_stays_away_from_pieces_that_others_work_on()
    {
        var world = new PickerWorld(10);
        world.Warm();
        ConnectionId good = world.Seeder();
        ConnectionId slow = world.Seeder();
        PieceIndex piece = world.Pick(good, 1)[0].Piece;
        PieceIndex slows = Assert.Single(world.Pick(slow, 1, snubbed: true)).Piece;
        Assert.NotEqual(piece, slows);
        // The good one finishes its own and begins another, but not the slow one's.
        Assert.DoesNotContain(world.Pick(good, 7), block => block.Piece == slows);
        // Another slow one shares the slow piece.
        Assert.Equal(slows, Assert.Single(world.Pick(world.Seeder(), 1, snubbed: true)).Piece);
    }

    [Fact]
    public void A_snubbed_peer_takes_the_most_common_piece()
    {
        var world = new PickerWorld(10, blocksPerPiece: 1);
        world.Warm();
        int[] all = [.. Enumerable.Range(0, 10)];
        int common = world.Picker.Have.NextClear(0);
        ConnectionId peer = world.Peer(all);
        world.Peer(common);
        Assert.Equal(common, Assert.Single(world.Pick(peer, 1, snubbed: true)).Piece.Value);
    }

    [Fact]
    public void End_game_asks_twice_and_cancels_the_late_one()
    {
        var world = new PickerWorld(1, blocksPerPiece: 2);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        BlockRange[] blocks = world.Pick(a, 2);
        Assert.True(world.Picker.IsEndGame);
        Assert.Equal(blocks, world.Pick(b, 5));
        ReceiveOutcome outcome = world.Receive(blocks[0], b);
        Assert.Equal(ReceiveResult.Accepted, outcome.Result);
        Assert.Equal(1, outcome.TwinCount);
        Assert.Equal(a, outcome.Twin(0));
        Assert.Equal(1, world.Picker.OutstandingOf(a));
        Assert.Equal(ReceiveResult.Duplicate, world.Receive(blocks[0], a).Result);
        Assert.True(world.Receive(blocks[1], a).PieceIsWhole);
        Assert.Equal(0, world.Picker.OutstandingOf(b));
    }

    [Fact]
    public void End_game_copies_are_bounded()
    {
        var world = new PickerWorld(1, blocksPerPiece: 64);
        ConnectionId first = world.Seeder();
        BlockRange[] blocks = world.Pick(first, 64);
        int copies = 0;
        for (int i = 0; i < 40; i++)
        {
            BlockRange[] twins = world.Pick(world.Seeder(), 64);
            Assert.True(twins.Length <= PiecePicker.EndGameDepth);
            copies += twins.Length;
        }

        Assert.Equal((PiecePicker.MaxCopies - 1) * blocks.Length, copies);
    }

    [Fact]
    public void Who_has_something_to_do_does_not_help_in_end_game()
    {
        var world = new PickerWorld(2, blocksPerPiece: 2);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        world.Pick(a, 2);
        Assert.Equal(2, world.Pick(b, 2).Length);
        Assert.True(world.Picker.IsEndGame);
        Assert.Empty(world.Pick(b, 5));
    }

    [Fact]
    public void A_piece_that_nobody_has_does_not_hold_up_end_game()
    {
        var world = new PickerWorld(2, blocksPerPiece: 2);
        ConnectionId a = world.Peer(0);
        ConnectionId b = world.Peer(0);
        world.Pick(a, 2);
        Assert.True(world.Picker.IsEndGame);
        Assert.Equal(2, world.Pick(b, 5).Length);
    }

    [Fact]
    public void A_failed_piece_comes_from_one_sender_the_next_time()
    {
        var world = new PickerWorld(2, strategy: PickStrategy.Sequential);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        foreach (ConnectionId peer in new[] { a, b })
        {
            foreach (BlockRange block in world.Pick(peer, 2))
                world.Receive(block, peer);
        }

        world.Picker.MarkFailed(new PieceIndex(0));
        Assert.Equal(PieceState.Pickable, world.Picker.StateOf(new PieceIndex(0)));
        Assert.Equal(0, Assert.Single(world.Pick(a, 1)).Piece.Value);
        Assert.All(world.Pick(b, 9), block => Assert.Equal(1, block.Piece.Value));
        // Not even in end-game.
        Assert.DoesNotContain(world.Pick(world.Seeder(), 9), block => block.Piece.Value == 0);
        Assert.Equal([0, 0, 0], world.Pick(a, 9).Select(block => block.Piece.Value));
    }

    [Fact]
    public void A_failed_piece_goes_to_others_when_its_sender_gives_up()
    {
        var world = new PickerWorld(1);
        ConnectionId a = world.Seeder();
        ConnectionId b = world.Seeder();
        foreach (BlockRange block in world.Pick(a, 4))
            world.Receive(block, a);
        world.Picker.MarkFailed(new PieceIndex(0));
        BlockRange first = world.Pick(a, 2)[0];
        world.Receive(first, a);
        Assert.Empty(world.Pick(b, 4));
        world.Picker.AbortAll(a);
        Assert.Equal(3, world.Pick(b, 4).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_failed_piece_is_opened_to_the_quick_when_only_its_slow_sender_is_left(bool suspect)
    {
        var world = new PickerWorld(2, blocksPerPiece: 8, strategy: PickStrategy.Sequential);
        ConnectionId slow = world.Seeder();
        ConnectionId quick = world.Seeder();
        foreach (BlockRange block in world.Pick(slow, 8))
            world.Receive(block, slow);
        world.Picker.MarkFailed(new PieceIndex(0));
        BlockRange[] held = Pick(world, new PickRequest(slow) { BytesPerSecond = 4000, UsualBytesPerSecond = 4000, IsRateSettled = true, IsSuspect = true }, 6);
        Assert.All(held, block => Assert.Equal(0, block.Piece.Value));
        var asker = new PickRequest(quick) { BytesPerSecond = 1_000_000, UsualBytesPerSecond = 1_000_000, IsSuspect = suspect };

        // As long as there is something else, the piece stays with its sender.
        BlockRange[] other = Pick(world, asker, 16);
        Assert.Equal(8, other.Length);
        Assert.All(other, block => Assert.Equal(1, block.Piece.Value));
        Assert.Empty(Pick(world, asker, 8));
        foreach (BlockRange block in other)
            world.Receive(block, quick);
        world.Picker.MarkVerified(new PieceIndex(1));

        // First what nobody was asked for, then what the slow one was; idle by now, its rate counts as it was.
        BlockRange[] free = Pick(world, asker with { BytesPerSecond = 0 }, 8);
        Assert.Equal([6, 7], free.Select(block => block.BlockInPiece));
        foreach (BlockRange block in free)
            world.Receive(block, quick);
        BlockRange[] twins = Pick(world, asker, 8);
        Assert.Equal(held.Order(ByPlace), twins.Order(ByPlace));
        foreach (BlockRange block in twins)
            Assert.Equal(slow, world.Receive(block, quick).Twin(0));
        world.Picker.MarkVerified(new PieceIndex(0));
        Assert.True(world.Picker.IsComplete);
    }

    [Fact]
    public void A_failed_piece_stays_with_a_sender_that_is_hardly_slower_or_has_just_begun()
    {
        foreach (long rate in (long[])[0, 30_000, 200_000])
        {
            var world = new PickerWorld(1, blocksPerPiece: 8);
            ConnectionId owner = world.Seeder();
            ConnectionId other = world.Seeder();
            foreach (BlockRange block in world.Pick(owner, 8))
                world.Receive(block, owner);
            world.Picker.MarkFailed(new PieceIndex(0));
            Pick(world, new PickRequest(owner) { BytesPerSecond = rate, UsualBytesPerSecond = rate, IsRateSettled = rate > 0 }, 8);
            long lead = rate == 200_000 ? 10_000_000 : (4 * 30_000) - 1;
            Assert.Empty(Pick(world, new PickRequest(other) { BytesPerSecond = lead, UsualBytesPerSecond = lead }, 8));
        }
    }

    [Fact]
    public void A_suspect_begins_a_piece_of_its_own()
    {
        var world = new PickerWorld(3);
        ConnectionId good = world.Seeder();
        ConnectionId suspect = world.Seeder();
        PieceIndex shared = world.Pick(good, 1)[0].Piece;
        Span<BlockRange> into = new BlockRange[2];
        Assert.Equal(2, world.Picker.Pick(new PickRequest(suspect) { IsSuspect = true }, into));
        PieceIndex own = into[0].Piece;
        Assert.NotEqual(shared, own);
        Assert.DoesNotContain(world.Pick(good, 12), block => block.Piece == own);
        Assert.Equal(2, world.Picker.Pick(new PickRequest(suspect) { IsSuspect = true }, into));
        Assert.Equal(own, into[0].Piece);
    }

    [Fact]
    public void What_is_not_wanted_is_not_asked_for()
    {
        var world = new PickerWorld(10, blocksPerPiece: 1);
        ConnectionId peer = world.Seeder();
        ConnectionId useless = world.Peer(0, 1, 2);
        Assert.True(world.Picker.IsInteresting(useless));
        world.Picker.SetPriorities(PickerWorld.Only(10, 3, 5));
        Assert.False(world.Picker.IsInteresting(useless));
        Assert.Equal([3, 5], world.Pick(peer, 9).Select(block => block.Piece.Value).Order());
        Assert.Equal(2, world.Picker.MissingWanted);
    }

    [Fact]
    public void Blocks_that_are_on_disk_are_not_asked_for()
    {
        var world = new PickerWorld(1);
        Assert.False(world.Picker.RestorePartial(new PieceIndex(0), PickerWorld.Bits(4, 0, 2)));
        Assert.Equal([1, 3], world.Pick(world.Seeder(), 9).Select(block => block.BlockInPiece));
    }

    [Fact]
    public void A_piece_that_is_all_on_disk_is_whole()
    {
        var world = new PickerWorld(1);
        Assert.True(world.Picker.RestorePartial(new PieceIndex(0), PickerWorld.Bits(4, 0, 1, 2, 3)));
        Assert.Equal(PieceState.Whole, world.Picker.StateOf(new PieceIndex(0)));
        Assert.Empty(world.Pick(world.Seeder(), 9));
        world.Picker.MarkVerified(new PieceIndex(0));
        Assert.True(world.Picker.IsComplete);
    }

    [Fact]
    public void A_late_block_of_a_request_given_up_is_taken_and_the_new_request_cancelled()
    {
        var world = new PickerWorld(1, blocksPerPiece: 2);
        ConnectionId slow = world.Seeder();
        ConnectionId other = world.Seeder();
        BlockRange block = world.Pick(slow, 1)[0];
        world.Pick(other, 1);
        Assert.True(world.Picker.Abort(block, slow));
        world.Pick(other, 1);
        ReceiveOutcome outcome = world.Receive(block, slow);
        Assert.Equal(ReceiveResult.Accepted, outcome.Result);
        Assert.Equal(other, outcome.Twin(0));
    }

    [Theory]
    [InlineData(0, 1, 16384)]
    [InlineData(0, 0, 16383)]
    [InlineData(0, 65536, 16384)]
    [InlineData(10, 0, 16384)]
    [InlineData(-1, 0, 16384)]
    [InlineData(0, -16384, 16384)]
    public void What_is_no_block_is_unwanted(int piece, int offset, int length)
    {
        // W5: invalid indexes, offsets and lengths.
        var world = new PickerWorld(10);
        ConnectionId peer = world.Seeder();
        world.Pick(peer, 9);
        Assert.Equal(ReceiveResult.Unwanted, world.Receive(new BlockRange(new PieceIndex(piece), offset, length), peer).Result);
        Assert.False(world.Picker.Abort(new BlockRange(new PieceIndex(piece), offset, length), peer));
    }

    [Fact]
    public void A_torrent_without_pieces_is_complete()
    {
        var world = new PickerWorld(0);
        Assert.True(world.Picker.IsComplete);
        Assert.Empty(world.Pick(world.Seeder(), 3));
        Assert.False(world.Picker.IsInteresting(world.Seeder()));
    }

    [Fact]
    public void Verdicts_on_pieces_that_are_not_whole_are_refused()
    {
        var world = new PickerWorld(1);
        Assert.Throws<InvalidOperationException>(() => world.Picker.MarkVerified(new PieceIndex(0)));
        Assert.Throws<InvalidOperationException>(() => world.Picker.MarkFailed(new PieceIndex(0)));
    }

    private static Comparer<BlockRange> ByPlace { get; } = Comparer<BlockRange>.Create((a, b) => a.BlockInPiece.CompareTo(b.BlockInPiece));

    private static BlockRange[] Pick(PickerWorld world, in PickRequest who, int count)
    {
        var into = new BlockRange[count];
        int picked = world.Picker.Pick(who, into);
        world.Picker.CheckInvariants();
        return into[..picked];
    }
}
