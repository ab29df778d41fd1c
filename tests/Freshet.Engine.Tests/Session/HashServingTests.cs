using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Tests.Session;

/// <summary>BEP 52: peers are given the hashes that they ask for, of what is known and of what is here; nothing else, and not without measure (THREATS B5).</summary>
public sealed class HashServingTests
{
    private const int PieceLength = 4 * BlockRange.BlockLength;

    [Fact]
    public void Piece_layers_of_the_metadata_are_given_whether_the_pieces_are_here_or_not()
    {
        (EngineRig rig, FakePeer peer) = Rig(isWhole: false);
        HashRequest request = Trees(rig).LayerRequest(rig.Layout.Files[0], 0);
        peer.Post(PeerEventKind.HashRequest, payload: request);
        HashAnswer answer = Assert.Single(peer.HashesReceived);
        Assert.Equal(request, answer.Request);
        Assert.Equal(request.Root, request.Lead(answer.Hashes.Span));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(2, 3)]
    [InlineData(1, 4)]
    public void Leaves_are_read_from_pieces_that_are_here_with_as_much_proof_as_is_asked_for(int length, int proofLayers)
    {
        (EngineRig rig, FakePeer peer) = Rig();
        var request = new HashRequest(rig.Layout.Files[0].PiecesRoot!.Value, 0, 20, length, proofLayers);
        peer.Post(PeerEventKind.HashRequest, payload: request);
        rig.RunUntil(() => peer.HashesReceived.Count == 1);
        HashAnswer answer = peer.HashesReceived[0];
        Assert.Equal(MerkleTree.Leaf(rig.Content.AsSpan(20 * BlockRange.BlockLength, BlockRange.BlockLength)), new Sha256Hash(answer.Hashes.Span[..32]));
        Assert.Equal(rig.RightAnswer(request).Hashes.ToArray(), answer.Hashes.ToArray());
    }

    /// <summary>BEP 52: "remaining leaf hashes beyond the end of the file [...] are set to zero".</summary>
    [Fact]
    public void Leaves_behind_a_files_end_are_zero()
    {
        (EngineRig rig, FakePeer peer) = Rig();
        HashRequest last = Trees(rig).LeavesRequest(new PieceIndex(9))!.Value;
        peer.Post(PeerEventKind.HashRequest, payload: last);
        rig.RunUntil(() => peer.HashesReceived.Count == 1);
        Assert.Equal(new byte[3 * 32], peer.HashesReceived[0].Hashes.Span[32..].ToArray());
    }

    [Fact]
    public void What_is_not_here_not_known_or_not_in_the_tree_is_declined()
    {
        (EngineRig rig, FakePeer peer) = Rig(isWhole: false);
        HashRequest layer = Trees(rig).LayerRequest(rig.Layout.Files[0], 0);
        HashRequest[] odd =
        [
            Trees(rig).LeavesRequest(new PieceIndex(0))!.Value,
            layer with { Root = default },
            layer with { Root = rig.Layout.Files[1].PiecesRoot!.Value },
            layer with { BaseLayer = 3, Length = 4, ProofLayers = 0 },
            layer with { BaseLayer = 1 },
            layer with { Index = 16 },
            layer with { Length = 8192, ProofLayers = 0 },
            layer with { ProofLayers = 20 },
            layer with { Length = 3 },
            layer with { Index = -16 },
            layer with { BaseLayer = int.MaxValue },
            layer with { ProofLayers = int.MinValue },
        ];
        foreach (HashRequest request in odd)
            peer.Post(PeerEventKind.HashRequest, payload: request);
        rig.Run(1);
        Assert.Equal(odd, peer.HashesDeclined);
        Assert.Empty(peer.HashesReceived);
        Assert.True(peer.IsOpen);
    }

    [Fact]
    public void Who_asks_on_and_on_is_given_its_measure_then_declined_then_let_go()
    {
        (EngineRig rig, FakePeer peer) = Rig();
        HashRequest layer = Trees(rig).LayerRequest(rig.Layout.Files[0], 0);
        for (int i = 0; i < 5000 && peer.IsOpen; i++)
            peer.Post(PeerEventKind.HashRequest, payload: layer);
        Assert.False(peer.IsOpen);
        Assert.InRange(peer.HashesReceived.Count * layer.HashCount, 10_000, 17_000);
        Assert.InRange(peer.HashesDeclined.Count, 100, 200);
    }

    [Fact]
    public void Pieces_are_read_for_it_a_few_at_a_time()
    {
        (EngineRig rig, FakePeer peer) = Rig();
        for (int piece = 0; piece < 9; piece++)
            peer.Post(PeerEventKind.HashRequest, payload: Trees(rig).LeavesRequest(new PieceIndex(piece))!.Value);
        rig.Run(1);
        Assert.Equal((4, 5), (peer.HashesReceived.Count, peer.HashesDeclined.Count));
    }

    [Fact]
    public void Hashes_that_were_asked_of_peers_are_given_on()
    {
        var rig = new EngineRig(TorrentVersion.V2, PieceLength, [(9 * PieceLength) + 10], hasLayers: false);
        rig.Add();
        FakePeer leecher = Join(rig, 2);
        HashRequest layer = Trees(rig).LayerRequest(rig.Layout.Files[0], 0);
        leecher.Post(PeerEventKind.HashRequest, payload: layer);
        Assert.Single(leecher.HashesDeclined);
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.Status.PiecesDone > 0);
        leecher.Post(PeerEventKind.HashRequest, payload: layer);
        Assert.Equal(rig.RightAnswer(layer).Hashes.ToArray(), Assert.Single(leecher.HashesReceived).Hashes.ToArray());
    }

    private static PieceTrees Trees(EngineRig rig) => rig.Layers!.Trees;

    /// <summary>Ten pieces in a file and one in another, and a peer that wants them.</summary>
    private static (EngineRig Rig, FakePeer Peer) Rig(bool isWhole = true)
    {
        var rig = new EngineRig(TorrentVersion.V2, PieceLength, [(9 * PieceLength) + 10, 5000]);
        rig.Add();
        if (isWhole)
        {
            rig.Introduce(rig.Peer(1));
            rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        }

        return (rig, Join(rig, 2));
    }

    private static FakePeer Join(EngineRig rig, int number)
    {
        FakePeer peer = rig.Peer(number, one => one.Has.ClearAll());
        rig.Incoming(peer, rig.Metainfo.Hashes.V2Swarm);
        rig.RunUntil(() => peer.IsOpen);
        peer.Post(PeerEventKind.Interested);
        return peer;
    }
}
