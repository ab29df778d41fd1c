using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>What a request costs, in entries looked at, does not grow with the torrent.</summary>
public sealed class PickerCostTests
{
    private const int Million = 1_000_000;

    [Theory]
    [InlineData(10_000)]
    [InlineData(Million)]
    public void A_request_to_a_seeder_touches_a_handful_of_entries(int pieces)
    {
        var world = new PickerWorld(pieces, blocksPerPiece: 16);
        ConnectionId[] seeders = [.. Enumerable.Range(0, 200).Select(_ => world.Seeder())];
        (long touched, int blocks) = Fetch(world, seeders, 20_000);
        Assert.True(touched < 3L * blocks, $"{touched} entries for {blocks} blocks");
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(Million)]
    public void A_request_to_a_peer_with_a_tenth_of_the_pieces_touches_few_entries(int pieces)
    {
        var world = new PickerWorld(pieces, blocksPerPiece: 16);
        var random = new SeededRandom(5);
        ConnectionId[] peers = [.. Enumerable.Range(0, 10).Select(_ => Leecher(world, random, 0.1))];
        (long touched, int blocks) = Fetch(world, peers, 20_000);
        Assert.True(touched < 10L * blocks, $"{touched} entries for {blocks} blocks");
    }

    [Theory]
    [InlineData(PickStrategy.RarestFirst)]
    [InlineData(PickStrategy.RandomRarest)]
    [InlineData(PickStrategy.Random)]
    [InlineData(PickStrategy.Sequential)]
    [InlineData(PickStrategy.Smart)]
    public void No_strategy_and_no_priority_makes_a_request_dearer(PickStrategy strategy)
    {
        var world = new PickerWorld(Million, blocksPerPiece: 16, strategy: strategy);
        world.Picker.SetPriorities([.. Enumerable.Range(0, Million).Select(piece => (FilePriority)(piece % 4))]);
        ConnectionId[] seeders = [.. Enumerable.Range(0, 50).Select(_ => world.Seeder())];
        (long touched, int blocks) = Fetch(world, seeders, 20_000);
        Assert.True(touched < 3L * blocks, $"{touched} entries for {blocks} blocks");
    }

    [Fact]
    public void A_peer_with_only_the_most_common_piece_of_a_million_is_found_something_at_once()
    {
        var world = new PickerWorld(Million, blocksPerPiece: 16);
        // Every piece is somewhere, so that none is skipped as unavailable; the poor peer's one piece is the most common.
        var random = new SeededRandom(5);
        Leecher(world, random, 0.9);
        for (int i = 0; i < 30; i++)
            world.Peer(777_777);
        ConnectionId poor = world.Peer(777_777);
        world.Picker.MarkHave(new PieceIndex(0));
        world.Picker.MarkHave(new PieceIndex(1));
        world.Picker.MarkHave(new PieceIndex(2));
        world.Picker.MarkHave(new PieceIndex(3));
        long before = world.Picker.Touched;
        var into = new BlockRange[16];
        Assert.Equal(16, world.Picker.Pick(new PickRequest(poor), into));
        Assert.Equal(777_777, into[0].Piece.Value);
        Assert.True(world.Picker.Touched - before < 1000, $"{world.Picker.Touched - before} entries");
    }

    [Fact]
    public void A_peer_for_which_there_is_nothing_is_not_searched_for_again()
    {
        var world = new PickerWorld(100_000, blocksPerPiece: 1);
        var random = new SeededRandom(5);
        ConnectionId rich = Leecher(world, random, 0.9);
        ConnectionId poor = world.Peer(5);
        world.Picker.RestorePartial(new PieceIndex(5), PickerWorld.Bits(1, 0));
        var into = new BlockRange[1];
        world.Picker.Pick(new PickRequest(poor), into);
        long before = world.Picker.Touched;
        for (int i = 0; i < 1000; i++)
            Assert.Equal(0, world.Picker.Pick(new PickRequest(poor), into));
        Assert.True(world.Picker.Touched - before <= 1000, $"{world.Picker.Touched - before} entries");
        Assert.Equal(1, world.Picker.Pick(new PickRequest(rich), into));
        // But it is when it has something new.
        world.Picker.AddHave(poor, new PieceIndex(into[0].Piece.Value == 6 ? 7 : 6));
        Assert.Equal(1, world.Picker.Pick(new PickRequest(poor), into));
    }

    [Fact]
    public void Taking_a_piece_back_costs_all_pieces_only_once()
    {
        // W12: have-all, don't-have, have, don't-have, ... must not walk a million pieces each time.
        var world = new PickerWorld(5, blocksPerPiece: 1);
        ConnectionId peer = world.Seeder();
        var piece = new PieceIndex(2);
        Assert.True(world.Picker.RemoveHave(peer, piece));
        Assert.Equal(0, world.Picker.SeederCount);
        Assert.True(world.Picker.AddHave(peer, piece));
        Assert.Equal(0, world.Picker.SeederCount);
        Assert.Equal(5, world.Picker.PeerPieceCount(peer));
        Assert.Equal(1, world.Picker.AvailabilityOf(piece));
        world.Picker.CheckInvariants();
    }

    [Fact]
    public void Memory_is_about_ten_bytes_a_piece()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        PieceLayout layout = PickerWorld.LayoutOf(Million, BlockRange.BlockLength);
        var order = new PieceOrder(Million, new SeededRandom(1));
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Million, layout.PieceCount);
        Assert.Equal(0, order.Count);
        Assert.True(bytes < 10.5 * Million, $"{bytes} bytes");
    }

    [Fact]
    public void Priorities_cost_a_byte_a_piece_and_a_bit_a_level()
    {
        var order = new PieceOrder(Million, new SeededRandom(1));
        bool[] listed = [.. Enumerable.Repeat(true, Million)];
        FilePriority[] priorities = [.. Enumerable.Range(0, Million).Select(piece => (FilePriority)(1 + (piece % 3)))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        order.Rebuild(listed, priorities);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Million, order.Count);

        // Four bytes a piece are for the shuffle, and gone at once.
        Assert.True(bytes < 4.5 * Million, $"{bytes} bytes beside the priorities themselves");
    }

    [Theory]
    [InlineData(PickStrategy.RarestFirst)]
    [InlineData(PickStrategy.Sequential)]
    [InlineData(PickStrategy.Smart)]
    public void Requests_and_blocks_allocate_nothing(PickStrategy strategy)
    {
        var world = new PickerWorld(4_000, blocksPerPiece: 16, strategy: strategy);
        ConnectionId[] peers = [.. Enumerable.Range(0, 10).Select(_ => world.Seeder())];
        Fetch(world, peers, 10_000);
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            // What the runtime allocates when it compiles something anew comes and goes; what a block costs would be in every round.
            long before = GC.GetAllocatedBytesForCurrentThread();
            Fetch(world, peers, 5_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    /// <summary>Fetches blocks in turn from peers, four a turn, and hands each in at once.</summary>
    private static (long Touched, int Blocks) Fetch(PickerWorld world, ConnectionId[] peers, int blocks)
    {
        long before = world.Picker.Touched;
        Span<BlockRange> into = stackalloc BlockRange[4];
        int fetched = 0;
        for (int turn = 0; fetched < blocks; turn++)
        {
            ConnectionId peer = peers[turn % peers.Length];
            int count = world.Picker.Pick(new PickRequest(peer) { PrefersWholePieces = true }, into);
            foreach (BlockRange block in into[..count])
            {
                if (world.Picker.MarkReceived(block, peer).PieceIsWhole)
                    world.Picker.MarkVerified(block.Piece);
                fetched++;
            }
        }

        return (world.Picker.Touched - before, fetched);
    }

    private static ConnectionId Leecher(PickerWorld world, SeededRandom random, double share)
    {
        ConnectionId peer = world.Peer();
        var bits = new Bitfield(world.Layout.PieceCount);
        for (int i = 0; i < bits.Length; i++)
            bits[i] = random.Chance(share);
        world.Picker.SetHave(peer, bits);
        return peer;
    }
}
