using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Session;

/// <summary>BEP 52: pieces are judged by hash trees; what is not known of these is asked for; wrong blocks are told from right ones.</summary>
public sealed class V2DownloadTests
{
    private const int PieceLength = 64 * 1024;

    // A file of one block, one of a piece, one of several whose last is short, one that is empty.
    private static readonly int[] Lengths = [700, PieceLength, (3 * PieceLength) + 20_000, 0, 100_000];

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void A_torrent_with_a_v2_side_is_downloaded_and_seeded(TorrentVersion version)
    {
        EngineRig rig = Rig(version);
        FakePeer seeder = V2Peer(rig, 1);
        rig.Introduce(seeder);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
        Assert.Empty(seeder.HashesAsked);

        FakePeer leecher = V2Peer(rig, 2, peer => peer.Has.ClearAll());
        rig.Incoming(leecher, rig.Metainfo.Hashes.V2Swarm);
        rig.RunUntil(() => leecher.IsOpen);
        leecher.Post(PeerEventKind.Interested);
        rig.RunUntil(() => rig.Sent(leecher, PeerCommandKind.Unchoke).Any());
        BlockRange last = rig.Layout.Block(new PieceIndex(rig.Layout.PieceCount - 1), 0);
        leecher.Post(PeerEventKind.Request, last);
        rig.RunUntil(() => leecher.BlocksReceived.Contains(last));
    }

    /// <summary>Every file ends in a piece of its own length, and nothing else is asked for: there is no filler.</summary>
    [Fact]
    public void Of_a_v2_torrent_each_byte_of_the_files_is_asked_for_once_and_no_other()
    {
        EngineRig rig = Rig(TorrentVersion.V2);
        FakePeer seeder = V2Peer(rig, 1);
        rig.Introduce(seeder);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Equal(Lengths.Sum(), rig.Sent(seeder, PeerCommandKind.Request).Sum(command => command.Range.Length));
    }

    /// <summary>What filler holds is known: only the blocks that a file's last bytes are in are fetched, as the v1 side has them.</summary>
    [Fact]
    public void Of_a_hybrid_no_block_of_filler_alone_is_asked_for()
    {
        EngineRig rig = Rig(TorrentVersion.Hybrid);
        FakePeer seeder = V2Peer(rig, 1);
        rig.Introduce(seeder);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();

        // The last file has no filler behind it.
        BlockRange[] asked = [.. rig.Sent(seeder, PeerCommandKind.Request).Select(command => command.Range)];
        int blocks = Lengths.Sum(length => (length + BlockRange.BlockLength - 1) / BlockRange.BlockLength);
        Assert.Equal((blocks, blocks), (asked.Length, asked.Distinct().Count()));
        Assert.Equal(((blocks - 1) * BlockRange.BlockLength) + (Lengths[4] % BlockRange.BlockLength), asked.Sum(range => range.Length));
    }

    [Fact]
    public void Filler_that_comes_unasked_is_given_back()
    {
        EngineRig rig = Rig(TorrentVersion.Hybrid);
        FakePeer seeder = V2Peer(rig, 1, peer => peer.IsSilent = true);
        rig.Introduce(seeder);
        rig.RunUntil(() => seeder.Waiting.Exists(range => range.Piece.Value == 0));
        BlockRange filler = rig.Layout.Block(new PieceIndex(0), 1);
        seeder.Deliver(filler);
        rig.Run(1);
        Assert.Equal(0, rig.Pool.RentedBlocks);
        seeder.IsSilent = false;
        foreach (BlockRange range in seeder.Waiting.ToArray())
            seeder.Deliver(range);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    /// <summary>THREATS W4: filler has no sender, so that it hides nobody.</summary>
    [Fact]
    public void The_one_sender_of_a_wrong_piece_with_filler_is_banned()
    {
        var rig = new EngineRig(TorrentVersion.Hybrid, PieceLength, [20_000, 20_000]);
        rig.Add();
        FakePeer poisoner = V2Peer(rig, 1, peer => peer.Corrupts = range => range is { Piece.Value: 0, BlockInPiece: 0 });
        rig.Introduce(poisoner);
        rig.RunUntil(() => poisoner.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
        rig.Introduce(V2Peer(rig, 2));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void Piece_layers_that_the_metadata_lacks_are_asked_of_peers(TorrentVersion version)
    {
        EngineRig rig = Rig(version, hasLayers: false);
        FakePeer seeder = V2Peer(rig, 1, peer => peer.IsSilent = true);
        rig.Introduce(seeder);
        rig.RunUntil(() => seeder.HashesAsked.Count > 0);
        seeder.IsSilent = false;
        foreach (BlockRange range in seeder.Waiting.ToArray())
            seeder.Deliver(range);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();

        // One run for each of the two files that are longer than a piece.
        Assert.Equal(2, seeder.HashesAsked.Count);
        Assert.All(seeder.HashesAsked, request => Assert.Equal((2, 0), (request.BaseLayer, request.Index)));
        Assert.Equal([4, 2], seeder.HashesAsked.Select(request => request.Length));
    }

    [Fact]
    public void Pieces_wait_for_the_hash_that_they_are_judged_by()
    {
        EngineRig rig = Rig(TorrentVersion.V2, hasLayers: false);
        FakePeer mute = V2Peer(rig, 1, peer => peer.KeepsHashes = true);
        rig.Introduce(mute);
        rig.Run(5);

        // Files of one piece need no layer.
        Assert.Equal(2, rig.Status.PiecesDone);
        Assert.Equal(TorrentState.Downloading, rig.Status.State);
        FakePeer talker = V2Peer(rig, 2);
        rig.Introduce(talker);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
        Assert.Equal(2, mute.HashesAsked.Count);
    }

    [Fact]
    public void Who_declines_is_passed_over_and_asked_again_later()
    {
        EngineRig rig = Rig(TorrentVersion.V2, hasLayers: false);
        bool declines = true;
        FakePeer unwilling = V2Peer(rig, 1, peer => peer.Hashes = answer => declines ? null : answer);
        rig.Introduce(unwilling);
        rig.Run(30);
        Assert.Equal(2, unwilling.HashesAsked.Count);
        declines = false;
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding), 120);
        Assert.Equal(4, unwilling.HashesAsked.Count);
        Assert.NotEqual(DisconnectReason.Banned, unwilling.ClosedFor);
    }

    /// <summary>A torrent file without piece layers says enough of a file that is whole.</summary>
    [Fact]
    public void A_whole_file_on_disk_proves_its_own_layer_and_an_altered_one_nothing()
    {
        var rig = new EngineRig(TorrentVersion.V2, PieceLength, Lengths, hasLayers: false);
        for (int file = 0; file < Lengths.Length; file++)
        {
            byte[] bytes = rig.Content.AsSpan((int)rig.Layout.Files[file].Offset, Lengths[file]).ToArray();
            if (file == 4)
                bytes[^1] ^= 1;
            rig.Disk.Files[file].Write(0, bytes, 1);
        }

        rig.Add(spec => spec with { Check = DiskCheck.Full });
        Assert.Equal(rig.Layout.PieceCount - 2, rig.Status.PiecesDone);
        rig.Introduce(V2Peer(rig, 1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    [Fact]
    public void Layers_that_peers_gave_are_in_the_record_and_not_asked_for_again()
    {
        EngineRig rig = Rig(TorrentVersion.V2, hasLayers: false);
        rig.Introduce(V2Peer(rig, 1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.RunUntil(() => rig.HasState(TorrentState.Stopped));
        ResumeRecord record = rig.Saved[^1];
        Assert.Equal(2, record.PieceLayers.Count);

        // The next run has nothing but the record; one of the layers was altered on the disk.
        var layers = record.PieceLayers.ToDictionary(pair => pair.Key, pair => pair.Value);
        layers[layers.Keys.First()] = new byte[layers.Values.First().Length];
        var next = new EngineRig(TorrentVersion.V2, PieceLength, Lengths, hasLayers: false);
        next.Add(spec => spec with { Resume = record with { PieceLayers = layers, Recorded = new byte[2], Durable = new byte[2] } });
        FakePeer seeder = V2Peer(next, 1);
        next.Introduce(seeder);
        next.RunUntil(() => next.HasState(TorrentState.Seeding));
        Assert.Single(seeder.HashesAsked);
    }

    /// <summary>THREATS B5.</summary>
    [Fact]
    public void Who_lies_about_hashes_is_banned_and_another_is_asked()
    {
        EngineRig rig = Rig(TorrentVersion.V2, hasLayers: false);
        FakePeer liar = V2Peer(rig, 1, peer => peer.Hashes = answer => Altered(answer));
        rig.Introduce(liar);
        rig.RunUntil(() => liar.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, liar.ClosedFor);
        rig.Introduce(V2Peer(rig, 2));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    /// <summary>Who is connected by the v1 hash need not know what a hash request is: libtorrent hangs up.</summary>
    [Fact]
    public void A_peer_of_the_v1_swarm_is_never_asked_for_hashes()
    {
        EngineRig rig = Rig(TorrentVersion.Hybrid, hasLayers: false);
        FakePeer old = rig.Peer(1);
        rig.Introduce(old);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Empty(old.HashesAsked);
        rig.AssertComplete();
    }

    /// <summary>THREATS W4: the block is told by the hashes of the piece's blocks, which a third peer gives.</summary>
    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void Of_a_wrong_piece_only_the_wrong_block_is_fetched_again_and_its_sender_banned_at_once(TorrentVersion version)
    {
        var rig = new EngineRig(version, 8 * 16 * 1024, [8 * 16 * 1024]);
        rig.Add();
        FakePeer poisoner = V2Peer(rig, 1, peer => peer.Corrupts = range => range.BlockInPiece == 5);
        FakePeer honest = V2Peer(rig, 2);
        Share(rig, poisoner, honest);
        rig.RunUntil(() => poisoner.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
        Assert.Equal(9, poisoner.BlocksSent + honest.BlocksSent);
        Assert.NotEqual(DisconnectReason.Banned, honest.ClosedFor);
        Assert.Equal(rig.Layers!.Trees.LeavesRequest(new PieceIndex(0)), Assert.Single(honest.HashesAsked.Concat(poisoner.HashesAsked).Distinct()));
    }

    /// <summary>Once the hashes of a piece's blocks are known, none of them waits for the piece to be whole.</summary>
    [Fact]
    public void A_block_whose_hash_is_known_is_judged_as_it_comes()
    {
        var rig = new EngineRig(TorrentVersion.V2, 8 * 16 * 1024, [8 * 16 * 1024]);
        rig.Add();
        FakePeer first = V2Peer(rig, 1, peer => peer.Corrupts = range => range.BlockInPiece is 4 or 5);
        FakePeer honest = V2Peer(rig, 2);
        Share(rig, first, honest);
        honest.IsSilent = true;
        rig.RunUntil(() => first.ClosedFor is not null);

        // Two blocks are wanted again, and only the next poisoner sends any.
        FakePeer second = V2Peer(rig, 3, peer => peer.Corrupts = _ => true);
        rig.Introduce(second);
        rig.RunUntil(() => second.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, second.ClosedFor);
        Assert.Equal(0, rig.Status.PiecesDone);
        rig.Introduce(V2Peer(rig, 4));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
    }

    [Fact]
    public void Where_nobody_gives_the_hashes_of_a_wrong_piece_it_is_fetched_anew_and_the_liar_found_by_comparison()
    {
        var rig = new EngineRig(TorrentVersion.V2, 8 * 16 * 1024, [8 * 16 * 1024]);
        rig.Add();
        FakePeer poisoner = V2Peer(rig, 1, peer => { peer.Corrupts = range => range.BlockInPiece == 5; peer.Hashes = _ => null; });
        FakePeer honest = V2Peer(rig, 2, peer => peer.Hashes = _ => null);
        Share(rig, poisoner, honest);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.AssertComplete();
        Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
        Assert.NotEqual(DisconnectReason.Banned, honest.ClosedFor);
    }

    /// <summary>No tree of v2 covers filler: a peer that sends rubbish for it must not make the two sides look at odds.</summary>
    [Fact]
    public void What_is_sent_for_filler_does_not_matter()
    {
        // The last block of the first file has 700 bytes of the file, and filler.
        var rig = new EngineRig(TorrentVersion.Hybrid, PieceLength, [PieceLength + 3, 20_000]);
        rig.Add();
        FakePeer odd = V2Peer(rig, 1, peer => peer.Corrupts = range => range.Piece.Value == 1);
        rig.Introduce(odd);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Equal((0, 0), (rig.Notices.OfType<PeerBannedNotice>().Count(), rig.Status.HashFailures));
        rig.AssertComplete();
    }

    /// <summary>THREATS B6.</summary>
    [Fact]
    public void A_hybrid_whose_sides_disagree_stops_with_an_error_that_names_the_piece()
    {
        EngineRig good = Rig(TorrentVersion.Hybrid, add: false);
        byte[] sha1 = good.Metainfo.PieceHashes.ToArray();
        sha1[(3 * Sha1Hash.Length) + 7] ^= 1;
        var rig = new EngineRig(TorrentVersion.Hybrid, PieceLength, Lengths) { Metainfo = good.Metainfo with { PieceHashes = sha1 } };
        rig.Add();
        FakePeer seeder = V2Peer(rig, 1);
        rig.Introduce(seeder);
        rig.RunUntil(() => rig.HasState(TorrentState.Error));
        Assert.Contains("piece 3 ", rig.Status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Notices, notice => notice is PeerBannedNotice);
    }

    private static EngineRig Rig(TorrentVersion version, bool hasLayers = true, bool add = true)
    {
        var rig = new EngineRig(version, PieceLength, Lengths, hasLayers: hasLayers);
        if (add)
            rig.Add();
        return rig;
    }

    private static FakePeer V2Peer(EngineRig rig, int number, Action<FakePeer>? change = null) => rig.Peer(number, peer =>
    {
        peer.Knows = _ => true;
        change?.Invoke(peer);
    });

    /// <summary>Has two peers each send a part of the one piece: neither answers before both were asked.</summary>
    private static void Share(EngineRig rig, FakePeer first, FakePeer second)
    {
        first.IsSilent = second.IsSilent = true;
        rig.Introduce(first, second);
        rig.RunUntil(() => first.Waiting.Count + second.Waiting.Count >= 8);
        foreach (int block in Enumerable.Range(0, 8))
        {
            FakePeer sender = block is 4 or 5 ? first : second;
            BlockRange range = rig.Layout.Block(new PieceIndex(0), block);
            if (!sender.Waiting.Contains(range))
            {
                FakePeer other = sender == first ? second : first;
                other.Reject(range);
                rig.RunUntil(() => sender.Waiting.Contains(range));
            }

            sender.Deliver(range);
        }

        first.IsSilent = second.IsSilent = false;
    }

    private static HashAnswer Altered(HashAnswer answer)
    {
        byte[] hashes = answer.Hashes.ToArray();
        hashes[40] ^= 1;
        return answer with { Hashes = hashes };
    }
}
