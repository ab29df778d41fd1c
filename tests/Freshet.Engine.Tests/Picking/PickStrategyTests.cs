using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>In which order pieces are begun, by strategy and by priority.</summary>
public sealed class PickStrategyTests
{
    private const long Fast = 100_000_000;

    [Fact]
    public void Random_begins_any_piece_however_rare()
    {
        int rarest = Count(PickStrategy.Random, 200, piece => piece < 10);
        Assert.InRange(rarest, 8, 40);
    }

    [Fact]
    public void Random_rarest_prefers_rare_pieces_but_does_not_always_begin_the_rarest()
    {
        // Ten of a hundred are rare: of eight drawn the rarest is one of them in 57 of 100 draws.
        int rarest = Count(PickStrategy.RandomRarest, 200, piece => piece < 10);
        Assert.InRange(rarest, 80, 150);
    }

    [Fact]
    public void Clients_that_know_the_same_peers_seldom_begin_the_same_piece()
    {
        foreach (PickStrategy strategy in (PickStrategy[])[PickStrategy.RarestFirst, PickStrategy.RandomRarest, PickStrategy.Random, PickStrategy.Smart])
        {
            var begun = new HashSet<int>();
            for (ulong seed = 1; seed <= 40; seed++)
            {
                var world = new PickerWorld(1000, blocksPerPiece: 1, seed, strategy);
                world.Warm();
                begun.Add(Assert.Single(world.Pick(world.Seeder(), 1)).Piece.Value);
            }

            Assert.True(begun.Count > 35, $"{strategy}: {begun.Count} of 40 clients begin with a piece of their own");
        }
    }

    [Fact]
    public void A_change_of_the_strategy_counts_for_the_next_piece()
    {
        var world = new PickerWorld(50, blocksPerPiece: 2);
        world.Warm();
        ConnectionId peer = world.Seeder();
        PieceIndex open = Assert.Single(world.Pick(peer, 1)).Piece;
        world.Picker.Strategy = PickStrategy.Sequential;
        Assert.Equal(open, Assert.Single(world.Pick(peer, 1)).Piece);
        int first = Enumerable.Range(0, 50).First(piece => world.Picker.StateOf(new PieceIndex(piece)) == PieceState.Pickable);
        Assert.Equal(first, Assert.Single(world.Pick(peer, 1)).Piece.Value);
    }

    [Fact]
    public void Smart_has_a_slow_peer_finish_what_is_begun_and_a_fast_one_begin_what_is_rare()
    {
        var world = new PickerWorld(100, blocksPerPiece: 16, strategy: PickStrategy.Smart);
        world.Warm();
        int common = world.Picker.Have.NextClear(0);
        int rare = world.Picker.Have.NextClear(common + 1);
        ConnectionId first = world.Peer(common);
        BlockRange[] begun = world.Pick(first, 12);
        Assert.All(begun, block => Assert.Equal(common, block.Piece.Value));
        for (int i = 0; i < 8; i++)
            world.Peer([.. Enumerable.Range(0, 100).Where(piece => piece != rare)]);

        ConnectionId fast = world.Peer(common, rare);
        Assert.Equal(rare, world.Pick(fast, 1, rate: Fast)[0].Piece.Value);
        world.Picker.RemovePeer(fast);
        world.Picker.CheckInvariants();
        ConnectionId slow = world.Peer(common, rare);
        Assert.Equal(common, world.Pick(slow, 1, rate: 10_000)[0].Piece.Value);
    }

    [Fact]
    public void Smart_finishes_a_nearly_complete_piece_before_an_equally_rare_one_is_begun()
    {
        var world = new PickerWorld(100, blocksPerPiece: 16, strategy: PickStrategy.Smart);
        world.Warm();
        ConnectionId first = world.Seeder();
        PieceIndex piece = world.Pick(first, 15)[0].Piece;
        Assert.Equal(piece, Assert.Single(world.Pick(world.Seeder(), 1, rate: Fast)).Piece);
    }

    [Fact]
    public void A_higher_priority_comes_before_rarity()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var world = new PickerWorld(12, blocksPerPiece: 1, seed);
            world.Warm();
            int[] left = [.. Enumerable.Range(0, 12).Where(piece => !world.Picker.Have[new PieceIndex(piece)])];
            var priorities = new FilePriority[12];
            for (int i = 0; i < left.Length; i++)
                priorities[left[i]] = (FilePriority)(1 + (i % 3));
            world.Picker.SetPriorities(priorities);

            // The low ones are rare and the high ones are everywhere.
            world.Peer([.. left.Where(piece => priorities[piece] == FilePriority.High)]);
            world.Peer([.. left.Where(piece => priorities[piece] != FilePriority.Low)]);
            BlockRange[] blocks = world.Pick(world.Seeder(), 12);
            Assert.Equal(blocks.OrderByDescending(block => priorities[block.Piece.Value]), blocks);
            Assert.Equal(8, blocks.Length);
        }
    }

    [Fact]
    public void Priorities_that_change_count_for_the_next_piece_and_what_is_here_stays()
    {
        var world = new PickerWorld(10, blocksPerPiece: 2, strategy: PickStrategy.Sequential);
        ConnectionId peer = world.Seeder();
        BlockRange[] blocks = world.Pick(peer, 1);
        world.Receive(blocks[0], peer);
        FilePriority[] priorities = [.. Enumerable.Repeat(FilePriority.Low, 10)];
        priorities[0] = FilePriority.Skip;
        priorities[7] = FilePriority.High;
        world.Picker.SetPriorities(priorities);
        Assert.Equal(9, world.Picker.MissingWanted);
        Assert.Equal([7, 7, 1], world.Pick(peer, 3).Select(block => block.Piece.Value));
        priorities[0] = FilePriority.High;
        world.Picker.SetPriorities(priorities);
        Assert.True(world.Picker.IsReceived(blocks[0]));

        // The rest of the piece that the peer is on, then the block that was missing when its piece was given up.
        Assert.Equal([(1, 1), (0, 1), (2, 0)], world.Pick(peer, 3).Select(block => (block.Piece.Value, block.BlockInPiece)));
    }

    [Fact]
    public void A_new_piece_of_a_higher_priority_comes_before_what_others_have_begun()
    {
        var world = new PickerWorld(10, blocksPerPiece: 4);
        ConnectionId first = world.Seeder();
        PieceIndex begun = world.Pick(first, 1)[0].Piece;
        FilePriority[] priorities = [.. Enumerable.Repeat(FilePriority.Normal, 10)];
        int high = (begun.Value + 3) % 10;
        priorities[high] = FilePriority.High;
        world.Picker.SetPriorities(priorities);
        Assert.Equal([high, high, high, high, begun.Value], world.Pick(world.Seeder(), 5).Select(block => block.Piece.Value));
    }

    [Theory]
    [InlineData(PickStrategy.RarestFirst)]
    [InlineData(PickStrategy.Smart)]
    public void An_urgent_piece_that_others_have_for_themselves_comes_before_new_ones_that_are_not(PickStrategy strategy)
    {
        var world = new PickerWorld(10, blocksPerPiece: 4, strategy: strategy);
        FilePriority[] priorities = [.. Enumerable.Repeat(FilePriority.Normal, 10)];
        priorities[4] = FilePriority.High;
        world.Picker.SetPriorities(priorities);
        Assert.Equal(4, Assert.Single(world.Pick(world.Seeder(), 1, snubbed: true)).Piece.Value);
        Assert.Equal([4, 4, 4], world.Pick(world.Seeder(), 3).Select(block => block.Piece.Value));
    }

    [Fact]
    public void A_fast_peer_gets_whole_pieces_in_a_row()
    {
        var world = new PickerWorld(1000, blocksPerPiece: 4);
        world.Warm();
        BlockRange[] blocks = world.Pick(world.Seeder(), 400, whole: true, rate: Fast);
        int breaks = Enumerable.Range(1, blocks.Length - 1).Count(i => blocks[i].Piece.Value - blocks[i - 1].Piece.Value is not (0 or 1));

        // A run is 8 MiB: 128 of these pieces; it also breaks where a piece is here already.
        Assert.InRange(breaks, 0, 6);
    }

    [Fact]
    public void A_row_is_no_longer_than_what_a_peer_brings_in_twenty_seconds()
    {
        var world = new PickerWorld(1000, blocksPerPiece: 4);
        world.Warm();
        BlockRange[] blocks = world.Pick(world.Seeder(), 400, whole: true, rate: 4 * 4 * BlockRange.BlockLength / 20);
        int breaks = Enumerable.Range(1, blocks.Length - 1).Count(i => blocks[i].Piece.Value - blocks[i - 1].Piece.Value is not (0 or 1));
        Assert.InRange(breaks, 23, 26);
    }

    [Fact]
    public void A_row_ends_where_another_piece_is_rarer()
    {
        var world = new PickerWorld(100, blocksPerPiece: 1);
        world.Warm();
        ConnectionId fast = world.Seeder();
        int first = Assert.Single(world.Pick(fast, 1, whole: true, rate: Fast)).Piece.Value;
        world.Peer([.. Enumerable.Range(0, 100).Where(piece => piece != (first + 50) % 100)]);
        if (world.Picker.Have[new PieceIndex((first + 50) % 100)])
            return;
        Assert.Equal((first + 50) % 100, Assert.Single(world.Pick(fast, 1, whole: true, rate: Fast)).Piece.Value);
    }

    /// <summary>How often the first piece is such a one, in a world of 100 pieces of which the first ten are rarer.</summary>
    private static int Count(PickStrategy strategy, int times, Func<int, bool> isSuch)
    {
        int count = 0;
        for (int i = 0; i < times; i++)
        {
            var world = new PickerWorld(104, blocksPerPiece: 1, seed: (ulong)i + 1, strategy);
            for (int piece = 100; piece < 104; piece++)
                world.Picker.MarkHave(new PieceIndex(piece));
            ConnectionId peer = world.Peer([.. Enumerable.Range(0, 104)]);
            world.Peer([.. Enumerable.Range(10, 90)]);
            count += isSuch(Assert.Single(world.Pick(peer, 1)).Piece.Value) ? 1 : 0;
        }

        return count;
    }
}
