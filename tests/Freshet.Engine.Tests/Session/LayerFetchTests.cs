using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>The piece layers of a torrent of whose metadata a torrent file is to be made (BEP 52), from peers of whom nobody knows what they have.</summary>
public sealed class LayerFetchTests
{
    private const int PieceLength = 64 * 1024;

    // Two are longer than a piece, and one of these has more hashes than one request takes.
    private static readonly int[] Lengths = [700, PieceLength, (600 * PieceLength) + 20_000, 0, 100_000];

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void They_come_whole_and_proven(TorrentVersion version)
    {
        EngineRig rig = Rig(version);
        FakePeer peer = V2Peer(rig, 1);
        rig.Introduce(peer);
        rig.Run(1);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.Run(1);
        IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers = Told(rig);
        Assert.Equal(3, peer.HashesAsked.Count);
        Assert.Equal(2, layers.Count);
        Assert.All(layers, layer => Assert.Equal(layer.Key, MerkleTree.RootOfLayer(layer.Value.Span, MerkleTree.PieceLayerHeight(PieceLength))));
        Assert.Equal(TorrentState.FetchingMetadata, rig.Status.State);
    }

    [Fact]
    public void A_liar_is_banned_and_another_asked_who_comes_later()
    {
        EngineRig rig = Rig(TorrentVersion.V2);
        FakePeer liar = V2Peer(rig, 1, peer => peer.Hashes = static answer =>
        {
            byte[] hashes = answer.Hashes.ToArray();
            hashes[40] ^= 1;
            return answer with { Hashes = hashes };
        });
        rig.Introduce(liar);
        rig.Run(1);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.RunUntil(() => liar.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, liar.ClosedFor);
        Assert.Empty(rig.Notices.OfType<PieceLayersFetchedNotice>());
        rig.Introduce(V2Peer(rig, 2));
        rig.Run(1);
        Assert.Equal(2, Told(rig).Count);
    }

    [Theory]
    [InlineData("declines")]
    [InlineData("silent")]
    [InlineData("of v1")]
    [InlineData("nobody")]
    public void What_nobody_gives_is_not_waited_for_long(string peers)
    {
        EngineRig rig = Rig(TorrentVersion.Hybrid);
        if (peers == "of v1")
            rig.Introduce(rig.Peer(1));
        else if (peers != "nobody")
            rig.Introduce(V2Peer(rig, 1, peer => (peer.KeepsHashes, peer.Hashes) = (peers == "silent", static _ => null)));
        rig.Run(1);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.Run(14);
        Assert.Empty(rig.Notices.OfType<PieceLayersFetchedNotice>());
        rig.Run(2);
        Assert.Empty(Told(rig));
        Assert.DoesNotContain(rig.Notices, notice => notice is PeerBannedNotice);
    }

    /// <summary>libtorrent answers a hybrid's v1 hash with the v1 hash, and knows no hash requests under it.</summary>
    [Fact]
    public void A_peer_that_speaks_v1_under_the_v1_hash_is_dialled_by_the_other()
    {
        EngineRig rig = Rig(TorrentVersion.Hybrid);
        FakePeer peer = V2Peer(rig, 1, peer => (peer.Upgrades, peer.ComesBack) = (false, true));
        rig.Introduce(peer);
        rig.Run(1);
        Assert.Equal(rig.Metainfo.Hashes.Primary, peer.Swarm);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.Run(3);
        Assert.Equal(2, Told(rig).Count);
        Assert.Equal(2, peer.Dialled.Count);
    }

    [Fact]
    public void A_peer_of_v1_alone_is_dialled_by_the_other_hash_once()
    {
        EngineRig rig = Rig(TorrentVersion.Hybrid);
        FakePeer peer = rig.Peer(1, static peer => peer.ComesBack = true);
        rig.Introduce(peer);
        rig.Run(1);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.Run(120);
        Assert.Single(peer.Dialled, static setup => setup.Swarm == setup.V2Swarm);
        Assert.Empty(Told(rig));
    }

    [Fact]
    public void Who_is_silent_holds_nobody_up_for_long()
    {
        EngineRig rig = Rig(TorrentVersion.V2);
        rig.Introduce(V2Peer(rig, 1, peer => peer.KeepsHashes = true));
        rig.Run(1);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.Introduce(V2Peer(rig, 2));
        rig.Run(7);
        Assert.Equal(2, Told(rig).Count);
    }

    [Fact]
    public void The_end_of_the_torrent_ends_it_and_nothing_is_told()
    {
        EngineRig rig = Rig(TorrentVersion.V2);
        rig.Introduce(V2Peer(rig, 1, peer => peer.KeepsHashes = true));
        rig.Run(1);
        rig.Engine.FetchLayers(rig.Torrent, rig.Metainfo, rig.Now);
        rig.Engine.Stop(rig.Torrent, rig.Now);
        rig.Run(30);
        Assert.Equal(TorrentState.Stopped, rig.Status.State);
        Assert.Empty(rig.Notices.OfType<PieceLayersFetchedNotice>());
    }

    private static IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> Told(EngineRig rig) => Assert.Single(rig.Notices.OfType<PieceLayersFetchedNotice>()).Layers;

    private static EngineRig Rig(TorrentVersion version)
    {
        var rig = new EngineRig(version, PieceLength, Lengths, hasLayers: false);
        rig.Add(spec => spec with { Metainfo = null, Summary = TorrentSummary.WithoutMetadata(rig.Metainfo.Hashes, "magnet", []) });
        return rig;
    }

    private static FakePeer V2Peer(EngineRig rig, int number, Action<FakePeer>? change = null) => rig.Peer(number, peer =>
    {
        peer.Knows = _ => true;
        change?.Invoke(peer);
    });
}
