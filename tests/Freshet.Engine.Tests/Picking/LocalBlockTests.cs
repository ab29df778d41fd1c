using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>Blocks that come from another torrent's data: no peer is asked for them.</summary>
public sealed class LocalBlockTests
{
    [Fact]
    public void No_peer_is_asked_for_a_held_piece_and_the_torrent_is_not_complete_without_it()
    {
        var world = new PickerWorld(2);
        ConnectionId peer = world.Seeder();
        Assert.True(world.Picker.Hold(new PieceIndex(0)));
        Assert.All(world.Pick(peer, 20), block => Assert.Equal(1, block.Piece.Value));
        Assert.False(world.Picker.IsEndGame);
        Assert.False(world.Picker.IsComplete);
        Assert.True(world.Picker.LetGo(new PieceIndex(0)));
        Assert.Equal(4, world.Pick(peer, 20).Length);
    }

    [Fact]
    public void A_block_that_is_being_copied_is_asked_of_nobody_also_at_the_end_and_a_late_one_is_not_taken()
    {
        var world = new PickerWorld(1);
        ConnectionId peer = world.Seeder();
        BlockRange copied = world.Layout.Block(new PieceIndex(0), 2);
        Assert.True(world.Picker.TakeLocal(copied));
        BlockRange[] asked = world.Pick(peer, 20);
        Assert.Equal(3, asked.Length);
        Assert.DoesNotContain(copied, asked);
        Assert.Empty(world.Pick(world.Seeder(), 20));
        Assert.Equal(ReceiveResult.Duplicate, world.Receive(copied, peer).Result);
        foreach (BlockRange block in asked)
            Assert.False(world.Receive(block, peer).PieceIsWhole);
        Assert.True(world.Picker.MarkCopied(copied));
        Assert.Equal(PieceState.Whole, world.Picker.StateOf(new PieceIndex(0)));
        world.Picker.MarkVerified(new PieceIndex(0));
        Assert.True(world.Picker.IsComplete);
    }

    [Fact]
    public void What_cannot_be_copied_is_asked_of_peers()
    {
        var world = new PickerWorld(1);
        ConnectionId peer = world.Seeder();
        world.Picker.Hold(new PieceIndex(0));
        BlockRange block = world.Layout.Block(new PieceIndex(0), 0);
        Assert.True(world.Picker.TakeLocal(block));
        Assert.False(world.Picker.IsHeld(new PieceIndex(0)));
        world.Picker.AbortLocal(block);
        world.Picker.CheckInvariants();
        Assert.Equal(4, world.Pick(peer, 20).Length);
    }

    [Fact]
    public void The_first_request_for_a_piece_is_told_once_and_a_copy_is_none()
    {
        var world = new PickerWorld(1);
        var begun = new List<PieceIndex>();
        world.Picker.Begun = begun.Add;
        Assert.True(world.Picker.TakeLocal(world.Layout.Block(new PieceIndex(0), 0)));
        Assert.Empty(begun);
        ConnectionId peer = world.Seeder();
        world.Pick(peer, 1);
        world.Pick(peer, 1);
        Assert.Equal([new PieceIndex(0)], begun);
    }
}
