using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Tests.Session;

public sealed class UploadTests
{
    [Fact]
    public void An_interested_peer_is_unchoked_and_served_in_order()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        leecher.Post(PeerEventKind.Interested);
        Assert.Single(rig.Sent(leecher, PeerCommandKind.Unchoke));
        BlockRange[] blocks = [.. Enumerable.Range(0, 4).Select(block => rig.Layout.Block(new PieceIndex(2), block))];
        foreach (BlockRange block in blocks)
            leecher.Post(PeerEventKind.Request, block);
        rig.Run(1);
        Assert.Equal(blocks.ToHashSet(), leecher.BlocksReceived.ToHashSet());
        Assert.Equal(blocks.Sum(block => block.Length), rig.Status.Uploaded);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void A_choked_peer_gets_rejects_and_no_bytes()
    {
        (EngineRig rig, FakePeer leecher) = Seed(p => { });
        BlockRange block = rig.Layout.Block(NotAllowedFast(rig, leecher), 0);
        leecher.Post(PeerEventKind.Request, block);
        rig.Run(1);
        Assert.Equal(block, rig.Sent(leecher, PeerCommandKind.Reject).Single().Range);
        Assert.Empty(leecher.BlocksReceived);
    }

    /// <summary>THREATS W6: the allowed-fast set is no way round the choke.</summary>
    [Fact]
    public void Allowed_fast_pieces_are_served_while_choked_but_not_for_ever()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        PieceIndex piece = rig.Sent(leecher, PeerCommandKind.AllowedFast).First().Range.Piece;
        BlockRange block = rig.Layout.Block(piece, 0);
        for (int i = 0; i < 100; i++)
        {
            leecher.Post(PeerEventKind.Request, block);
            rig.Run(0.1);
        }

        Assert.Equal(rig.Layout.BlocksIn(piece) * 2, leecher.BlocksReceived.Count);
        Assert.Equal(100 - leecher.BlocksReceived.Count, rig.Sent(leecher, PeerCommandKind.Reject).Count());
    }

    /// <summary>THREATS W2: who asks and never reads costs a bounded queue and a bounded number of blocks.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_queue_of_requests_is_bounded(bool hasFast)
    {
        (EngineRig rig, FakePeer leecher) = Seed(p => p.HasFast = hasFast);
        leecher.Post(PeerEventKind.Interested);
        BlockRange block = rig.Layout.Block(new PieceIndex(1), 0);
        for (int i = 0; i < 3000 && leecher.ClosedFor is null; i++)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, leecher.Connection) { Range = block }, rig.Now);
        Assert.Equal(0, rig.Pool.RentedBlocks);
        Assert.InRange(leecher.Unlaid.Sum(range => range.Length), 1, UploadQueue.MaxAhead);
        if (hasFast)
            Assert.Equal(1000, rig.Sent(leecher, PeerCommandKind.Reject).Count());
        else
            Assert.Equal(DisconnectReason.Limit, leecher.ClosedFor);
    }

    /// <summary>Requests count until they are answered, however small they are and wherever they wait.</summary>
    [Fact]
    public void Requests_of_a_byte_each_are_bounded_by_their_number()
    {
        (EngineRig rig, FakePeer leecher) = Seed(p => p.TakesBlocks = false);
        leecher.Post(PeerEventKind.Interested);
        for (int i = 0; i < 5000; i++)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, leecher.Connection) { Range = new BlockRange(new PieceIndex(1), i, 1) }, rig.Now);
        rig.Run(1);
        Assert.Equal(2000, leecher.Unlaid.Count);
        Assert.Equal(3000, rig.Sent(leecher, PeerCommandKind.Reject).Count());
        leecher.TakeBlocks();
        rig.Run(5);
        Assert.Equal(2000, leecher.BlocksReceived.Count);
        Assert.Equal(2000, rig.Status.Uploaded);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void A_cancel_takes_a_request_back_wherever_it_waits()
    {
        (EngineRig rig, FakePeer leecher) = Seed(p => p.TakesBlocks = false);
        leecher.Post(PeerEventKind.Interested);
        BlockRange[] blocks = [.. Enumerable.Range(0, 80).Select(i => rig.Layout.Block(new PieceIndex(i / 4), i % 4))];
        foreach (BlockRange block in blocks)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, leecher.Connection) { Range = block }, rig.Now);
        Assert.InRange(leecher.Unlaid.Count, 2, 79);
        leecher.Post(PeerEventKind.Cancel, blocks[1]);
        leecher.Post(PeerEventKind.Cancel, blocks[^1]);
        Assert.Equal([blocks[1]], leecher.Dropped);
        Assert.Equal(blocks[^1], rig.Sent(leecher, PeerCommandKind.Reject).Single().Range);
        leecher.TakeBlocks();
        rig.Run(2);
        Assert.Equal(blocks.Except([blocks[1], blocks[^1]]).ToHashSet(), leecher.BlocksReceived.ToHashSet());
    }

    /// <summary>Neighbours that a peer asks for are read by one job, with one lease for each.</summary>
    [Fact]
    public void What_the_pump_cannot_read_a_worker_reads_in_runs()
    {
        (EngineRig rig, FakePeer leecher) = Seed(p => p.TakesBlocks = false);
        leecher.Post(PeerEventKind.Interested);
        BlockRange[] blocks = [.. Enumerable.Range(0, 8).Select(i => rig.Layout.Block(new PieceIndex(3 + (i / 4)), i % 4))];
        foreach (BlockRange block in blocks)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, leecher.Connection) { Range = block }, rig.Now);
        var reads = new List<BlockRange>();
        rig.Disk.Fault = job =>
        {
            if (job.Kind == DiskJobKind.Read)
                reads.Add(job.Range);
            return null;
        };
        leecher.TakeBlocks();
        rig.Run(1);
        Assert.Equal([new BlockRange(new PieceIndex(3), 0, 65536), new BlockRange(new PieceIndex(4), 0, 65536)], reads.OrderBy(run => run.Piece.Value));
        Assert.Equal(blocks.ToHashSet(), leecher.BlocksReceived.ToHashSet());
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    /// <summary>THREATS W2: cancels of what was never asked for are not searched for without end; honest ones before are.</summary>
    [Fact]
    public void A_flood_of_cancels_is_ignored_beyond_a_measure()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        leecher.Post(PeerEventKind.Interested);
        BlockRange[] blocks = [.. Enumerable.Range(0, 64).Select(i => rig.Layout.Block(new PieceIndex(i / 4), i % 4))];
        foreach (BlockRange block in blocks)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, leecher.Connection) { Range = block }, rig.Now);
        for (int i = 0; i < 1000; i++)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Cancel, leecher.Connection) { Range = new BlockRange(new PieceIndex(19), 1, 1) }, rig.Now);
        rig.Engine.Handle(new PeerEvent(PeerEventKind.Cancel, leecher.Connection) { Range = blocks[^1] }, rig.Now);
        rig.Run(3);
        Assert.Equal(blocks.ToHashSet(), leecher.BlocksReceived.ToHashSet());
        Assert.Null(leecher.ClosedFor);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_choke_voids_what_waits_and_what_is_being_read(bool isBeingRead)
    {
        (EngineRig rig, FakePeer first) = Seed(p => p.TakesBlocks = false);
        rig.Engine.Apply(rig.Settings with { UploadSlots = 1 }, rig.Now);
        first.Post(PeerEventKind.Interested);
        PieceIndex piece = NotAllowedFast(rig, first);
        for (int i = 0; i < 4; i++)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, first.Connection) { Range = rig.Layout.Block(piece, i) }, rig.Now);
        if (isBeingRead)
            first.TakeBlocks();
        rig.Engine.Apply(rig.Settings with { UploadSlots = 0 }, rig.Now);
        Assert.Single(rig.Sent(first, PeerCommandKind.Choke));
        rig.Run(1);
        Assert.Empty(first.BlocksReceived);
        if (isBeingRead)
            Assert.Equal(4, rig.Sent(first, PeerCommandKind.Reject).Count());
        else
            Assert.Equal(4, first.Dropped.Count);
        Assert.Equal(0, rig.Pool.RentedBlocks);

        // Nothing is left over that would count against what it asks for later.
        rig.Engine.Apply(rig.Settings with { UploadSlots = 1 }, rig.Now);
        rig.RunUntil(() => rig.Sent(first, PeerCommandKind.Unchoke).Count() == 2);
        first.TakesBlocks = false;
        for (int i = 0; i < 2001; i++)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, first.Connection) { Range = new BlockRange(piece, 0, 1) }, rig.Now);
        Assert.Equal(isBeingRead ? 5 : 1, rig.Sent(first, PeerCommandKind.Reject).Count());
    }

    [Fact]
    public void A_request_for_a_piece_that_is_not_here_or_too_long_is_rejected()
    {
        var rig = new EngineRig(pieces: 20);
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.Has.ClearAll());
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        peer.Post(PeerEventKind.Interested);
        peer.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(0), 0));
        peer.Post(PeerEventKind.Request, new BlockRange(new PieceIndex(0), 0, 32768));
        Assert.Equal(2, rig.Sent(peer, PeerCommandKind.Reject).Count());
        Assert.Null(peer.ClosedFor);
    }

    /// <summary>THREATS P7: what the disk cannot give is rejected, not made up.</summary>
    [Fact]
    public void A_block_that_cannot_be_read_is_rejected()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        leecher.Post(PeerEventKind.Interested);
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Read ? new DiskError(DiskErrorKind.Device, "file", "broken") : null;
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(1), 0));
        rig.Run(1);
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(1), 1));
        rig.Run(1);
        Assert.Equal(2, rig.Sent(leecher, PeerCommandKind.Reject).Count());
        Assert.All(rig.Sent(leecher, PeerCommandKind.DontHave), command => Assert.Equal(1, command.Range.Piece.Value));
        Assert.Empty(leecher.BlocksReceived);
        Assert.Single(rig.Notices.OfType<DiskNotice>());
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    /// <summary>THREATS P7: a piece whose bytes are gone from disk is missing like any other: untold to peers (BEP 54), fetched again, told again.</summary>
    [Fact]
    public void A_piece_that_vanished_from_disk_is_taken_back_and_fetched_again()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        FakePeer other = rig.Peer(3, p => { p.Has.ClearAll(); p.HasFast = false; });
        FakePeer plain = rig.Peer(4, p => { p.Has.ClearAll(); p.HasExtensions = false; });
        foreach (FakePeer peer in (FakePeer[])[other, plain])
            rig.Incoming(peer);
        rig.RunUntil(() => other.IsOpen && plain.IsOpen);
        leecher.Post(PeerEventKind.Interested);
        FakePeer seeder = rig.Peer(1, p => p.IsSilent = true);
        rig.Commands.Clear();
        rig.Disk.Files[0].Tamper(bytes => bytes[..(18 * 65536 + 100)], rig.Disk.WallTicks);
        BlockRange[] asked = [.. Enumerable.Range(0, 4).Select(block => rig.Layout.Block(new PieceIndex(19), block))];
        foreach (BlockRange block in asked)
            rig.Engine.Handle(new PeerEvent(PeerEventKind.Request, leecher.Connection) { Range = block }, rig.Now);
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(2), 0));
        rig.RunUntil(() => rig.HasState(TorrentState.Downloading));
        Assert.False(rig.Engine.GetPieces(rig.Torrent)![19]);
        Assert.Equal(65536, rig.Status.LeftBytes);
        rig.Run(1);

        // Everybody who can be told is told, once; every request is answered; other pieces are served on.
        foreach (FakePeer peer in (FakePeer[])[leecher, other])
        {
            Assert.Equal(19, Assert.Single(rig.Sent(peer, PeerCommandKind.DontHave)).Range.Piece.Value);
            var handshake = (ExtensionHandshake)rig.Sent(peer, PeerCommandKind.ExtensionHandshake).Single().Payload!;
            Assert.False(handshake.UploadOnly ?? false);
        }

        Assert.Empty(rig.Sent(plain, PeerCommandKind.DontHave));
        Assert.Equal(asked.ToHashSet(), rig.Sent(leecher, PeerCommandKind.Reject).Select(command => command.Range).ToHashSet());
        Assert.Equal([rig.Layout.Block(new PieceIndex(2), 0)], leecher.BlocksReceived);
        leecher.Post(PeerEventKind.Request, asked[0]);
        Assert.Equal(asked.Length + 1, rig.Sent(leecher, PeerCommandKind.Reject).Count());

        // The seeder of before, let go because nobody wanted anything, is dialled again at once and brings it back.
        seeder.IsSilent = false;
        foreach (BlockRange range in seeder.Waiting.ToArray())
            seeder.Deliver(range);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 30);
        Assert.Equal(19, Assert.Single(rig.Sent(leecher, PeerCommandKind.Have)).Range.Piece.Value);
        leecher.Post(PeerEventKind.Request, asked[1]);
        rig.Run(1);
        Assert.Contains(asked[1], leecher.BlocksReceived);
        rig.Run(40);
        Assert.Equal(0xF0, rig.Saved[^1].Durable.Span[2]);
        Assert.Single(rig.Notices.OfType<DiskNotice>());
    }

    [Fact]
    public void When_file_handles_are_short_a_block_is_rejected_and_its_piece_kept()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        leecher.Post(PeerEventKind.Interested);
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Read ? new DiskError(DiskErrorKind.Handles, "file", "too many") : null;
        leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(1), 0));
        rig.Run(1);
        Assert.Single(rig.Sent(leecher, PeerCommandKind.Reject));
        Assert.Empty(rig.Sent(leecher, PeerCommandKind.DontHave));
        Assert.True(rig.HasState(TorrentState.Seeding));
    }

    /// <summary>A drive that is gone is no reason to fetch everything again into the folder that it was mounted on.</summary>
    [Fact]
    public void When_many_pieces_vanish_the_torrent_stops_and_says_why()
    {
        (EngineRig rig, FakePeer leecher) = Seed();
        leecher.Post(PeerEventKind.Interested);
        rig.Peers.Clear();
        rig.Disk.Fault = job => job.Kind == DiskJobKind.Read ? new DiskError(DiskErrorKind.Missing, "file", "gone") : null;
        for (int piece = 0; piece < 17; piece++)
        {
            Assert.False(rig.HasState(TorrentState.Error));
            leecher.Post(PeerEventKind.Request, rig.Layout.Block(new PieceIndex(piece), 0));
            rig.Run(0.1);
        }

        rig.RunUntil(() => rig.HasState(TorrentState.Error));
        Assert.Contains("gone", rig.Status.Reason, StringComparison.Ordinal);
        rig.Run(10);
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    /// <summary>A torrent of 20 pieces that is complete, and a leecher that is connected.</summary>
    private static (EngineRig Rig, FakePeer Leecher) Seed(Action<FakePeer>? change = null)
    {
        var rig = new EngineRig(pieces: 20);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Run(1);
        FakePeer leecher = rig.Peer(2, p => { p.Has.ClearAll(); change?.Invoke(p); });
        rig.Incoming(leecher);
        rig.RunUntil(() => leecher.IsOpen);
        return (rig, leecher);
    }

    private static PieceIndex NotAllowedFast(EngineRig rig, FakePeer peer)
    {
        int[] allowed = [.. rig.Sent(peer, PeerCommandKind.AllowedFast).Select(command => command.Range.Piece.Value)];
        return new PieceIndex(Enumerable.Range(0, rig.Layout.PieceCount).First(piece => !allowed.Contains(piece)));
    }
}
