using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>What somebody else's picker sees, may decide, and cannot break.</summary>
public sealed class CustomPickerTests
{
    private readonly List<string> _failures = [];

    [Fact]
    public void It_decides_which_piece_is_begun()
    {
        PickerWorld world = World(view => new PieceIndex(view.Layout.PieceCount - 1 - Enumerable.Range(0, 10).First(i => view.CanBegin(new PieceIndex(9 - i)))));
        Assert.Equal([9, 9, 8, 8, 7, 7], world.Pick(world.Seeder(), 6).Select(block => block.Piece.Value));
        Assert.Empty(_failures);
    }

    [Fact]
    public void Where_it_has_no_opinion_the_strategy_decides()
    {
        PickerWorld world = World(_ => null);
        world.Picker.Strategy = PickStrategy.Sequential;
        Assert.Equal([0, 0, 1, 1], world.Pick(world.Seeder(), 4).Select(block => block.Piece.Value));
    }

    [Fact]
    public void It_sees_the_torrent_as_the_peer_does()
    {
        var seen = new List<string>();
        PickerWorld world = World(view =>
        {
            seen.Add(string.Join(' ', Enumerable.Range(0, 5).Select(i => new PieceIndex(i)).Select(i =>
                $"{(view.PeerHas(i) ? "+" : "-")}{(view.CanBegin(i) ? "!" : "")}{view.StateOf(i)}/{view.PriorityOf(i)}/{view.AvailabilityOf(i)}")));
            seen.Add($"{view.PeerBytesPerSecond} {view.PeerCount} {view.NextFrom(new PieceIndex(0))} {view.NextFrom(new PieceIndex(4))} {view.Rarest()}");
            return null;
        });
        FilePriority[] priorities = [.. Enumerable.Repeat(FilePriority.Normal, 10)];
        priorities[2] = FilePriority.Skip;
        priorities[4] = FilePriority.High;
        world.Picker.SetPriorities(priorities);
        world.Picker.MarkHave(new PieceIndex(0));
        ConnectionId first = world.Peer(3);
        world.Pick(first, 1);
        seen.Clear();
        world.Pick(world.Peer(0, 2, 3, 4), 3, rate: 500);
        Assert.Equal(["+Have/Normal/1 -Pickable/Normal/0 +Unwanted/Skip/1 +Open/Normal/2 +!Pickable/High/1", "500 2 4 4 4"], seen[..2]);
    }

    [Fact]
    public void One_that_throws_is_given_up_once_and_the_download_goes_on()
    {
        int asked = 0;
        PickerWorld world = World(_ => throw new FormatException($"no {++asked}"));
        world.Picker.Strategy = PickStrategy.Sequential;
        Assert.Equal(20, world.Pick(world.Seeder(), 50).Length);
        Assert.Equal(["FormatException: no 1"], _failures);
        Assert.Equal(PickStrategy.RarestFirst, world.Picker.Strategy);
        Assert.Null(world.Picker.Custom);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void One_that_proposes_nonsense_is_given_up_once(int piece)
    {
        // 3 is here, 5 is not wanted, 7 the peer has not.
        PickerWorld world = World(_ => new PieceIndex(piece));
        world.Picker.SetPriorities([.. Enumerable.Range(0, 10).Select(i => i == 5 ? FilePriority.Skip : FilePriority.Normal)]);
        world.Picker.MarkHave(new PieceIndex(3));
        ConnectionId peer = world.Peer(0, 1, 2, 3, 4, 5, 6);
        Assert.Equal(10, world.Pick(peer, 50).Length);
        Assert.Contains($"piece {piece}", Assert.Single(_failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_out_of_range_are_its_own_failure()
    {
        PickerWorld world = World(view => view.CanBegin(new PieceIndex(10)) ? null : new PieceIndex(0));
        Assert.Equal(4, world.Pick(world.Seeder(), 4).Length);
        Assert.StartsWith(nameof(ArgumentOutOfRangeException), Assert.Single(_failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_that_was_kept_cannot_be_used_later()
    {
        IPieceView? kept = null;
        PickerWorld world = World(view =>
        {
            kept = view;
            return null;
        });
        world.Pick(world.Seeder(), 1);
        Assert.Throws<InvalidOperationException>(() => kept!.CanBegin(new PieceIndex(0)));
        Assert.Throws<InvalidOperationException>(() => kept!.Rarest());
    }

    [Fact]
    public void Asking_it_allocates_nothing()
    {
        var world = new PickerWorld(10_000, blocksPerPiece: 1);
        world.Picker.Custom = new Picker(view => view.NextFrom(new PieceIndex(5000)));
        ConnectionId peer = world.Seeder();
        Span<BlockRange> into = stackalloc BlockRange[1];
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 500; i++)
            {
                world.Picker.Pick(new PickRequest(peer), into);
                if (world.Picker.MarkReceived(into[0], peer).PieceIsWhole)
                    world.Picker.MarkVerified(into[0].Piece);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.NotNull(world.Picker.Custom);
    }

    private PickerWorld World(Func<IPieceView, PieceIndex?> choose)
    {
        var world = new PickerWorld(10, blocksPerPiece: 2);
        world.Picker.Custom = new Picker(choose);
        world.Picker.CustomFailed = _failures.Add;
        return world;
    }

    private sealed class Picker(Func<IPieceView, PieceIndex?> choose) : IPiecePicker
    {
        public PieceIndex? Choose(IPieceView view) => choose(view);
    }
}
