using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

public sealed class BlockTests
{
    [Fact]
    public void A_block_that_was_asked_for_comes_in_a_lease()
    {
        using var test = new LinkUnderTest();
        BlockRange last = Samples.Range(9, 16384, 3616);
        test.Request(last);
        test.Feed(Samples.Piece(last, 7));
        Assert.Equal(PeerEventKind.Block, test.Only.Kind);
        Assert.Equal(last, test.Only.Range);
        Assert.False(test.Pool.Span(test.Only.Lease, last.Length).ContainsAnyExcept((byte)7));
    }

    // W5: dropped in place; no lease is taken for it.
    [Fact]
    public void A_block_that_was_not_asked_for_is_dropped()
    {
        using var test = new LinkUnderTest();
        test.Request(Samples.Range(0, 0));
        test.Feed(Samples.Piece(Samples.Range(0, 16384), 1), Samples.Piece(Samples.Range(0, 0, 100), 1), Samples.Piece(Samples.Range(1, 0), 1));
        Assert.Equal([PeerEventKind.UnwantedBlock, PeerEventKind.UnwantedBlock, PeerEventKind.UnwantedBlock], test.Kinds);
        Assert.Equal(0, test.Pool.RentedBlocks);
        test.Feed(Samples.Piece(Samples.Range(0, 0), 1), Samples.Piece(Samples.Range(0, 0), 1));
        Assert.Equal([PeerEventKind.Block, PeerEventKind.UnwantedBlock], test.Kinds[3..]);
    }

    [Theory]
    [InlineData(PeerCommandKind.Cancel)]
    [InlineData(PeerCommandKind.Forget)]
    public void A_withdrawn_block_is_dropped_even_halfway(PeerCommandKind kind)
    {
        using var test = new LinkUnderTest();
        test.Request(Samples.Range(0, 0), Samples.Range(0, 16384));
        byte[] piece = Samples.Piece(Samples.Range(0, 0), 1);
        test.Feed(piece[..5000]);
        Assert.Equal(1, test.Pool.RentedBlocks);
        test.Apply(kind, Samples.Range(0, 0));
        test.Apply(kind, Samples.Range(0, 16384));
        Assert.Equal(0, test.Pool.RentedBlocks);
        test.Feed(piece[5000..], Samples.Piece(Samples.Range(0, 16384), 1));
        Assert.Equal([PeerEventKind.UnwantedBlock, PeerEventKind.UnwantedBlock], test.Kinds);
    }

    [Fact]
    public void Blocks_of_a_piece_lie_side_by_side()
    {
        using var test = new LinkUnderTest();
        BlockRange[] ranges = [.. Enumerable.Range(0, 4).Select(i => Samples.Range(2, i * 16384))];
        test.Request(ranges);
        test.Feed([.. ranges.Select(range => Samples.Piece(range, 1))]);
        BufferLease[] leases = [.. test.Events.Events.ToArray().Select(e => e.Lease)];
        Assert.Equal(4, leases.Length);
        for (int i = 1; i < 4; i++)
            Assert.True(leases[i - 1].IsFollowedBy(leases[i]));
    }

    [Fact]
    public void An_empty_pool_stops_the_link_and_nothing_is_lost()
    {
        using var test = new LinkUnderTest(Samples.Layout(100));
        BlockRange[] ranges = [.. Enumerable.Range(0, 66).Select(i => Samples.Range(i / 4, i % 4 * 16384))];
        test.Request(ranges);
        test.Feed([.. ranges.SelectMany((range, i) => Samples.Piece(range, (byte)i)), .. Samples.Message(4, [5])]);
        Assert.Equal(64, test.Events.Count);
        Assert.True(test.Link.IsStarved);
        Assert.False(test.Link.WantsInput);

        test.Link.Resume(test.Events, test.Now);
        Assert.Equal(64, test.Events.Count);

        // A starved link is not a silent peer.
        test.Now += WireLimits.Silence + WireLimits.Silence;
        test.Link.Advance(test.Now);
        Assert.Equal(DisconnectReason.None, test.Link.Ending);

        foreach (PeerEvent e in test.Events.Events)
            test.Pool.Return(e.Lease);
        test.Events.Clear();
        test.Link.Resume(test.Events, test.Now);
        Assert.Equal([PeerEventKind.Block, PeerEventKind.Block, PeerEventKind.Have], test.Kinds);
        Assert.Equal(64, test.Pool.Span(test.Events.Events[0].Lease)[0]);
        Assert.Equal(65, test.Pool.Span(test.Events.Events[1].Lease)[16383]);
        Assert.True(test.Link.WantsInput);
    }

    [Fact]
    public void A_starved_link_goes_on_when_the_block_is_withdrawn()
    {
        using var test = new LinkUnderTest(Samples.Layout(100));
        var held = new List<BufferLease>();
        while (test.Pool.TryRent(default, 1, out BufferLease lease))
            held.Add(lease);
        test.Request(Samples.Range(0, 0));
        test.Feed([.. Samples.Piece(Samples.Range(0, 0), 1), .. Samples.Message(4, [5])]);
        Assert.True(test.Link.IsStarved);
        test.Apply(PeerCommandKind.Cancel, Samples.Range(0, 0));
        Assert.False(test.Link.IsStarved);
        Assert.Equal([PeerEventKind.UnwantedBlock, PeerEventKind.Have], test.Kinds);
        held.ForEach(test.Pool.Return);
    }

    [Fact]
    public void A_closed_link_gives_the_halfway_block_back()
    {
        using var test = new LinkUnderTest();
        test.Request(Samples.Range(0, 0));
        test.Feed(Samples.Piece(Samples.Range(0, 0), 1)[..5000]);
        test.Link.Close(DisconnectReason.ClosedByPeer, test.Events);
        Assert.Equal(0, test.Pool.RentedBlocks);
    }

    [Fact]
    public void A_block_to_send_is_framed_and_its_lease_comes_back()
    {
        using var test = new LinkUnderTest();
        test.Pool.TryRent(default, 1, out BufferLease lease);
        test.Pool.Span(lease).Fill(9);
        test.Apply(PeerCommandKind.SendBlock, Samples.Range(9, 16384, 3616), lease: lease);
        Assert.Equal(0, test.Pool.RentedBlocks);
        Assert.Equal(Samples.Piece(Samples.Range(9, 16384, 3616), 9), test.Drain());
    }

    [Fact]
    public void A_lease_comes_back_also_when_the_link_is_ending()
    {
        using var test = new LinkUnderTest();
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(4, [99]));
        test.Pool.TryRent(default, 1, out BufferLease lease);
        test.Apply(PeerCommandKind.SendBlock, Samples.Range(0, 0), lease: lease);
        Assert.Equal(0, test.Pool.RentedBlocks);
        Assert.False(test.Link.HasOutput);
    }

    [Fact]
    public void Payload_counts_as_sent_when_its_last_byte_is()
    {
        using var test = new LinkUnderTest();
        foreach (int offset in (int[])[0, 16384])
        {
            test.Pool.TryRent(default, 1, out BufferLease lease);
            test.Apply(PeerCommandKind.SendBlock, Samples.Range(0, offset), lease: lease);
        }

        test.Link.BeginSend();
        test.Link.EndSend(16384 + 12, test.Now);
        test.Link.ReportSent(test.Events);
        Assert.Equal(0, test.Events.Count);
        test.Link.BeginSend();
        test.Link.EndSend(1, test.Now);
        test.Link.ReportSent(test.Events);
        Assert.Equal((PeerEventKind.Sent, 16384), (test.Only.Kind, test.Only.Value));
        test.Drain();
        test.Link.ReportSent(test.Events);
        test.Link.ReportSent(test.Events);
        Assert.Equal(2, test.Events.Count);
    }

    [Fact]
    public void What_is_being_sent_stays_in_place_while_more_is_queued()
    {
        using var test = new LinkUnderTest();
        test.Apply(PeerCommandKind.Have, Samples.Range(1, 0, 0));
        ReadOnlyMemory<byte> sending = test.Link.BeginSend();
        byte[] copy = sending.ToArray();
        for (int i = 0; i < 20; i++)
        {
            test.Pool.TryRent(default, 1, out BufferLease lease);
            test.Pool.Span(lease).Fill(0xEE);
            test.Apply(PeerCommandKind.SendBlock, Samples.Range(0, 0), lease: lease);
        }

        Assert.Equal(copy, sending.ToArray());
        test.Link.EndSend(4, test.Now);
        Assert.Equal(5 + (20 * 16397), test.Link.OutputLength);
        Assert.Equal(copy[4..], test.Drain()[..5]);
    }

    // W2: who asks and never reads is not read from any more, and given up in the end.
    [Fact]
    public void A_peer_that_takes_nothing_is_not_listened_to()
    {
        using var test = new LinkUnderTest();
        while (test.Link.WantsInput)
            test.Apply(PeerCommandKind.Reject, Samples.Range(0, 0));
        Assert.InRange(test.Link.OutputLength, WireLimits.SendHighWater, WireLimits.SendHighWater + 100);
        test.Link.Advance(test.Now + WireLimits.Silence - TimeSpan.FromSeconds(1));
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        test.Link.Advance(test.Now + WireLimits.Silence);
        Assert.Equal(DisconnectReason.PeerTimeout, test.Link.Ending);
    }

    [Fact]
    public void The_path_of_a_block_allocates_nothing()
    {
        using var test = new LinkUnderTest(Samples.Layout(100));
        byte[] stream = [.. Enumerable.Range(0, 32).SelectMany(i => Samples.Piece(Samples.Range(i / 4, i % 4 * 16384), (byte)i))];
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
            for (int i = 0; i < 32; i++)
                test.Apply(PeerCommandKind.Request, Samples.Range(i / 4, i % 4 * 16384));
            Discard();

            // In odd portions, so that every block is halfway in at some time.
            for (int at = 0; at < stream.Length; at += 100_003)
                test.Link.Feed(stream.AsSpan(at, Math.Min(100_003, stream.Length - at)), test.Events, test.Now);
            foreach (PeerEvent e in test.Events.Events)
                test.Apply(PeerCommandKind.SendBlock, e.Range, lease: e.Lease);
            if (test.Events.Count != 32)
                throw new InvalidOperationException("blocks are missing");
            test.Events.Clear();
            Discard();
            test.Link.ReportSent(test.Events);
            test.Events.Clear();
        }

        void Discard() => test.Link.EndSend(test.Link.BeginSend().Length, test.Now);
    }
}
