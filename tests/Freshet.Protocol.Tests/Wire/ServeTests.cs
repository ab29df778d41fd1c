using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>Blocks that the link itself reads, when there is room for them.</summary>
public sealed class ServeTests
{
    private const int Block = BlockRange.BlockLength;

    private readonly CacheOf _cache = new();

    [Fact]
    public void Nothing_is_read_before_there_is_room()
    {
        using LinkUnderTest test = Link();
        Serve(test, Blocks(8));
        Assert.Empty(_cache.Reads);
        Assert.Equal(0, test.Link.OutputLength);
        Assert.True(test.Link.HasOutput);
        Assert.True(test.Link.Lay(test.Events));
        Assert.Equal(Expected(Blocks(8)), test.Drain());
        Assert.False(test.Link.HasOutput);
        Assert.Empty(test.Kinds);
    }

    [Fact]
    public void Neighbours_in_a_piece_are_one_read()
    {
        using LinkUnderTest test = Link();
        BlockRange[] blocks = [.. Blocks(8), Samples.Range(5, Block), Samples.Range(5, 0), Samples.Range(6, 100, 50), Samples.Range(6, 150, 50), Samples.Range(9, 0), Samples.Range(9, Block, 3616)];
        Serve(test, blocks);
        test.Link.Lay(test.Events);
        Assert.Equal(Expected(blocks), test.Drain());
        Assert.Equal(
            [
                Samples.Range(0, 0, 4 * Block), Samples.Range(1, 0, 4 * Block), Samples.Range(5, Block), Samples.Range(5, 0), Samples.Range(6, 100, 50),
                Samples.Range(6, 150, 50), Samples.Range(9, 0, Block + 3616),
            ],
            _cache.Reads);
    }

    [Fact]
    public void A_batch_is_laid_and_no_more_until_half_of_it_is_gone()
    {
        using LinkUnderTest test = Link();
        Serve(test, Blocks(40));
        test.Link.Lay(test.Events);
        Assert.Equal(15 * (Block + 13), test.Link.OutputLength);
        test.Link.BeginSend();
        test.Link.EndSend(6 * (Block + 13), test.Now);
        test.Link.Lay(test.Events);
        Assert.Equal(9 * (Block + 13), test.Link.OutputLength);
        test.Link.BeginSend();
        test.Link.EndSend(2 * (Block + 13), test.Now);
        test.Link.Lay(test.Events);
        Assert.Equal(15 * (Block + 13), test.Link.OutputLength);
        Assert.True(test.Link.WantsInput);
        Assert.Equal(Expected(Blocks(40)[8..23]), test.Drain());
        Assert.Equal(Expected(Blocks(40)[23..38]), Laid(test));
        Assert.Equal(Expected(Blocks(40)[38..]), Laid(test));
        test.Link.ReportSent(test.Events);
        Assert.Equal((PeerEventKind.Sent, 40 * Block, 40), (test.Only.Kind, test.Only.Value, test.Only.Blocks));
    }

    [Fact]
    public void What_is_not_cached_is_asked_for_in_one_run_and_awaited()
    {
        using LinkUnderTest test = Link();
        _cache.Cached = run => run.Piece.Value == 0 ? Block + 5000 : run.Length;
        Serve(test, Blocks(40));
        test.Link.Lay(test.Events);
        Assert.Equal((PeerEventKind.Unread, Samples.Range(0, Block, 3 * Block)), (test.Only.Kind, test.Only.Range));
        Assert.Equal(Expected([Blocks(1)[0], .. Blocks(40)[4..15]]), test.Drain());

        // What is awaited counts as laid, so that a slow disk is not asked for more and more.
        _cache.Cached = _ => 0;
        test.Events.Clear();
        test.Link.Lay(test.Events);
        Assert.Equal(12, test.Events.Events.ToArray().Sum(e => e.Range.Length) / Block);
        Assert.False(test.Link.HasOutput);
        test.Link.Lay(test.Events);
        Assert.Equal(12, test.Events.Events.ToArray().Sum(e => e.Range.Length) / Block);

        // As the answers come, there is room again.
        foreach (BlockRange block in Blocks(4)[1..])
        {
            test.Pool.TryRent(default, 1, out BufferLease lease);
            test.Pool.Span(lease).Fill(CacheOf.Fill(block));
            test.Apply(PeerCommandKind.SendBlock, block, lease: lease);
        }

        foreach (BlockRange block in Blocks(27)[15..])
            test.Apply(PeerCommandKind.Reject, block);
        Assert.Equal([.. Expected(Blocks(4)[1..]), .. Rejects(Blocks(27)[15..])], test.Drain());
        Assert.True(test.Link.HasOutput);
        _cache.Cached = run => run.Length;
        Assert.Equal(Expected(Blocks(40)[27..]), Laid(test));
    }

    [Fact]
    public void Without_a_reader_everything_is_asked_for()
    {
        using var test = new LinkUnderTest();
        Serve(test, Blocks(2));
        Assert.False(test.Link.Lay(test.Events));
        Assert.Equal((PeerEventKind.Unread, Samples.Range(0, 0, 2 * Block)), (test.Only.Kind, test.Only.Range));
    }

    // BEP 6: each request has one answer.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_choke_takes_back_what_is_not_laid_but_for_allowed_fast_pieces(bool fast)
    {
        using LinkUnderTest test = Link(fast);
        test.Apply(PeerCommandKind.AllowedFast, Samples.Range(5, 0, 0));
        test.Drain();
        Serve(test, Blocks(24));
        test.Link.Lay(test.Events);
        test.Apply(PeerCommandKind.Choke);
        BlockRange[] dropped = [.. Blocks(24)[15..].Where(block => !fast || block.Piece.Value != 5)];
        Assert.Equal((PeerEventKind.Dropped, dropped.Length * Block, dropped.Length), (test.Only.Kind, test.Only.Value, test.Only.Blocks));
        byte[] rejects = fast ? Rejects(dropped) : [];
        Assert.Equal([.. Expected(Blocks(15)), .. Samples.Message(0), .. rejects], test.Drain());
        Assert.Equal(fast ? Expected(Blocks(24)[20..24]) : [], Laid(test));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_block_is_taken_back_while_it_is_not_laid(bool fast)
    {
        using LinkUnderTest test = Link(fast);
        Serve(test, Blocks(17));
        test.Link.Lay(test.Events);
        test.Drain();
        test.Apply(PeerCommandKind.Withdraw, Blocks(17)[15]);
        Assert.Equal((PeerEventKind.Dropped, Block, 1), (test.Only.Kind, test.Only.Value, test.Only.Blocks));
        byte[] reject = fast ? Rejects(Blocks(17)[15..16]) : [];
        Assert.Equal([.. reject, .. Expected(Blocks(17)[16..])], Laid(test));

        // Too late, or never asked for: nothing.
        test.Apply(PeerCommandKind.Withdraw, Blocks(17)[0]);
        test.Apply(PeerCommandKind.Withdraw, Blocks(17)[15]);
        Assert.Empty(Laid(test));
        Assert.Equal(1, test.Events.Count);
    }

    /// <summary>THREATS W2: no message of a peer hides that it takes nothing.</summary>
    [Fact]
    public void A_peer_that_speaks_and_never_reads_is_given_up()
    {
        using LinkUnderTest test = Link();
        Serve(test, Blocks(4));
        test.Link.Lay(test.Events);
        test.Link.BeginSend();
        test.Link.EndSend(100, test.Now);
        MonoTime stuck = test.Now;
        for (int i = 1; i < 12; i++)
        {
            test.Now = stuck + (WireLimits.Silence * i / 12);
            test.Feed(new byte[4]);
            test.Link.BeginSend();
            test.Link.EndSend(0, test.Now);
            test.Link.Advance(test.Now);
            Assert.Equal(DisconnectReason.None, test.Link.Ending);
        }

        Assert.Equal(stuck + WireLimits.Silence, test.Link.Deadline);
        test.Now = stuck + WireLimits.Silence;
        test.Feed(new byte[4]);
        test.Link.Advance(test.Now);
        Assert.Equal(DisconnectReason.PeerTimeout, test.Link.Ending);
    }

    [Fact]
    public void A_peer_that_reads_slowly_is_borne()
    {
        using LinkUnderTest test = Link();
        Serve(test, Blocks(4));
        test.Link.Lay(test.Events);
        for (int i = 0; i < 20; i++)
        {
            test.Link.BeginSend();
            test.Link.EndSend(1000, test.Now);
            test.Now += WireLimits.Silence / 2;
            test.Feed(new byte[4]);
            test.Link.Advance(test.Now);
            Assert.Equal(DisconnectReason.None, test.Link.Ending);
        }

        test.Drain();
        test.Now += WireLimits.Silence - TimeSpan.FromSeconds(1);
        test.Link.Advance(test.Now);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
    }

    [Fact]
    public void Serving_allocates_nothing()
    {
        using LinkUnderTest test = Link();
        BlockRange[] blocks = Blocks(36);
        Round();
        Round();

        // A collection that other tests cause may empty the shared pool of arrays; not in each of these.
        long least = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Round()
        {
            Serve(test, blocks);
            while (test.Link.Lay(test.Events))
                test.Link.EndSend(Math.Min(test.Link.BeginSend().Length, 100_003), test.Now);
            test.Link.ReportSent(test.Events);
            test.Events.Clear();
            _cache.Reads.Clear();
        }
    }

    private static BlockRange[] Blocks(int count) => [.. Enumerable.Range(0, count).Select(i => Samples.Range(i / 4, i % 4 * Block))];

    private static byte[] Expected(BlockRange[] blocks) => [.. blocks.SelectMany(CacheOf.Message)];

    private static byte[] Rejects(BlockRange[] blocks)
        => [.. blocks.SelectMany(block => Samples.Message(16, [block.Piece.Value, block.Offset, block.Length]))];

    private static void Serve(LinkUnderTest test, BlockRange[] blocks)
    {
        foreach (BlockRange block in blocks)
            test.Apply(PeerCommandKind.Serve, block);
    }

    private static byte[] Laid(LinkUnderTest test)
    {
        test.Link.Lay(test.Events);
        return test.Drain();
    }

    private LinkUnderTest Link(bool fast = true) => new(Samples.Layout(12), fast, reader: _cache);
}
