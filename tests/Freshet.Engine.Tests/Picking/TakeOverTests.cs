using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>Blocks that a slow peer was asked for and a far faster one is asked for too, before the end-game.</summary>
public sealed class TakeOverTests
{
    private const long Fast = 100_000_000;

    [Fact]
    public void A_peer_with_nothing_to_do_takes_over_the_last_blocks_of_one_ten_times_slower()
    {
        (PickerWorld world, ConnectionId slow, ConnectionId fast, BlockRange[] asked) = SlowAndFast(slowRate: 20_000);
        BlockRange[] taken = world.Pick(fast, 50, rate: 200_000);
        Assert.False(world.Picker.IsEndGame);
        Assert.Equal(asked.Reverse().Take(PiecePicker.EndGameDepth), taken);

        // The slow one is told when a block is here; nothing is asked for a third time.
        ReceiveOutcome outcome = world.Receive(taken[0], fast);
        Assert.Equal(1, outcome.TwinCount);
        Assert.Equal(slow, outcome.Twin(0));
        Assert.Equal(asked.Length - 1, world.Picker.OutstandingOf(slow));
        ConnectionId third = world.Peer([.. asked.Select(block => block.Piece.Value)]);
        Assert.DoesNotContain(world.Pick(third, 50, rate: 200_000), block => taken.Contains(block));
    }

    [Theory]
    [InlineData(20_001, 200_000)]
    [InlineData(0, 200_000)]
    [InlineData(20_000, 0)]
    public void Nothing_is_taken_over_from_one_that_is_not_known_to_be_so_much_slower(long slowRate, long fastRate)
    {
        (PickerWorld world, _, ConnectionId fast, _) = SlowAndFast(slowRate);
        Assert.Empty(world.Pick(fast, 50, rate: fastRate));
    }

    [Fact]
    public void What_comes_within_a_second_is_not_taken_over()
    {
        (PickerWorld world, _, ConnectionId fast, BlockRange[] asked) = SlowAndFast(slowRate: 4 * BlockRange.BlockLength);
        BlockRange[] taken = world.Pick(fast, 50, rate: 400 * BlockRange.BlockLength);
        Assert.Equal(asked.Skip(4).Reverse().Take(PiecePicker.EndGameDepth), taken);
    }

    [Fact]
    public void A_peer_with_work_of_its_own_takes_nothing_over()
    {
        var world = new PickerWorld(10, blocksPerPiece: 2);
        ConnectionId slow = world.Seeder();
        world.Pick(slow, 10, rate: 1000);
        ConnectionId fast = world.Seeder();
        Assert.Equal(10, world.Pick(fast, 10, rate: Fast).Length);
        Assert.Empty(world.Pick(fast, 10, rate: Fast));
    }

    [Fact]
    public void A_peer_takes_over_none_of_its_own_blocks()
    {
        (PickerWorld world, ConnectionId slow, ConnectionId fast, BlockRange[] asked) = SlowAndFast(slowRate: 20_000);

        // The slow one became faster and has nothing else to do than what it was asked for.
        Assert.Empty(world.Pick(slow, 50, rate: 40_000));
        Assert.Equal(asked.Length, world.Picker.OutstandingOf(slow));

        // Nor does one that was asked for blocks of another get those once more.
        BlockRange[] taken = world.Pick(fast, 50, rate: 400_000);
        Assert.Equal(PiecePicker.EndGameDepth, taken.Length);
        Assert.Empty(world.Pick(fast, 50, rate: 4_000_000));
        Assert.Equal(taken.Length, world.Picker.OutstandingOf(fast));
    }

    [Fact]
    public void A_peer_between_two_bursts_is_not_robbed()
    {
        // Both bring 200 KB/s. The figure of the last seconds has fallen to a tenth at one of them, and is high at the other, whose burst it is.
        (PickerWorld world, _, ConnectionId fast, _) = SlowAndFast(slowRate: 2_000, slowUsual: 200_000);
        Assert.Empty(world.Pick(fast, 50, rate: 2_000_000, usual: 200_000));
    }

    [Fact]
    public void Who_is_fast_in_a_burst_alone_takes_nothing_over()
    {
        (PickerWorld world, _, ConnectionId fast, _) = SlowAndFast(slowRate: 20_000);
        Assert.Empty(world.Pick(fast, 50, rate: 2_000_000, usual: 199_999));
        Assert.NotEmpty(world.Pick(fast, 50, rate: 0, usual: 200_000));
    }

    [Fact]
    public void What_was_taken_over_and_comes_from_both_is_a_duplicate_once()
    {
        (PickerWorld world, ConnectionId slow, ConnectionId fast, _) = SlowAndFast(slowRate: 20_000);
        BlockRange taken = world.Pick(fast, 50, rate: 200_000)[0];
        Assert.Equal(ReceiveResult.Accepted, world.Receive(taken, slow).Result);
        Assert.Equal(ReceiveResult.Duplicate, world.Receive(taken, fast).Result);
    }

    [Fact]
    public void While_the_swarm_grows_there_is_no_end_game()
    {
        // The only piece that anybody has is asked for; others are nowhere yet.
        var world = new PickerWorld(2, blocksPerPiece: 2);
        ConnectionId first = world.Peer(0);
        ConnectionId second = world.Peer(0);
        Assert.Equal(2, world.Pick(first, 9).Length);
        Assert.True(world.Picker.IsEndGame);
        world.Picker.IsGrowing = true;
        Assert.False(world.Picker.IsEndGame);
        Assert.Empty(world.Pick(second, 9));
        world.Picker.IsGrowing = false;
        Assert.Equal(2, world.Pick(second, 9).Length);
    }

    [Fact]
    public void A_swarm_that_grows_has_its_end_game_when_nothing_is_left_to_turn_up()
    {
        var world = new PickerWorld(2, blocksPerPiece: 2);
        world.Picker.IsGrowing = true;
        ConnectionId first = world.Peer(0);
        ConnectionId second = world.Peer(0, 1);
        Assert.Equal(2, world.Pick(first, 9).Length);
        Assert.Equal(2, world.Pick(second, 9).Length);
        Assert.True(world.Picker.IsEndGame);
        Assert.Equal(2, world.Pick(world.Seeder(), 2).Length);
    }

    [Fact]
    public void While_the_swarm_grows_blocks_of_the_far_slower_are_taken_over_all_the_same()
    {
        var world = new PickerWorld(2, blocksPerPiece: 4);
        world.Picker.IsGrowing = true;
        ConnectionId slow = world.Peer(0);
        ConnectionId fast = world.Peer(0);
        Assert.Equal(4, world.Pick(slow, 9, rate: 1000).Length);
        Assert.Equal(4, world.Pick(fast, 9, rate: 10_000).Length);
    }

    /// <summary>A slow peer was asked for 16 blocks, a fast one has only the same pieces; others are still free.</summary>
    private static (PickerWorld World, ConnectionId Slow, ConnectionId Fast, BlockRange[] Asked) SlowAndFast(long slowRate, long? slowUsual = null)
    {
        var world = new PickerWorld(20, blocksPerPiece: 4);
        world.Warm();
        int[] pieces = [.. Enumerable.Range(0, 20).Where(piece => !world.Picker.Have[new PieceIndex(piece)]).Take(4)];
        ConnectionId slow = world.Peer(pieces);
        BlockRange[] asked = world.Pick(slow, 50, rate: slowRate, usual: slowUsual);
        Assert.Equal(16, asked.Length);
        ConnectionId fast = world.Peer(pieces);
        world.Peer([.. Enumerable.Range(0, 20)]);
        return (world, slow, fast, asked);
    }
}
