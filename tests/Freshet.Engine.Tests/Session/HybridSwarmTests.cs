using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Wire;

namespace Freshet.Engine.Tests.Session;

/// <summary>BEP 52: a hybrid is in two swarms, and is one torrent.</summary>
public sealed class HybridSwarmTests
{
    [Fact]
    public void A_peer_is_dialled_by_the_v1_hash_and_may_take_the_connection_over_to_v2()
    {
        EngineRig rig = Hybrid();
        FakePeer old = rig.Peer(1);
        FakePeer both = rig.Peer(2, peer => peer.Knows = _ => true);
        rig.Introduce(old, both);
        rig.RunUntil(() => old.IsOpen && both.IsOpen);
        Assert.Equal((V1(rig), V2(rig)), (both.Dialled[0].Swarm, both.Dialled[0].V2Swarm!.Value));
        Assert.Equal((V1(rig), V2(rig)), (old.Swarm, both.Swarm));
    }

    [Fact]
    public void Who_spoke_v2_is_dialled_by_the_v2_hash_the_next_time()
    {
        EngineRig rig = Hybrid();
        FakePeer both = rig.Peer(2, peer => { peer.Knows = _ => true; peer.IsSilent = true; });
        rig.Introduce(both);
        rig.RunUntil(() => both.IsOpen);
        rig.Run(40);
        both.Close();
        rig.RunUntil(() => both.Dialled.Count == 2);
        Assert.Equal(V2(rig), both.Dialled[1].Swarm);
    }

    [Fact]
    public void Who_hangs_up_at_one_hash_is_tried_by_the_other()
    {
        EngineRig rig = Hybrid();
        FakePeer v2Only = rig.Peer(1, peer => peer.Knows = swarm => swarm == V2(rig));
        rig.Introduce(v2Only);
        rig.RunUntil(() => v2Only.IsOpen);
        Assert.Equal([V1(rig), V2(rig)], v2Only.Dialled.Select(setup => setup.Swarm));
    }

    [Fact]
    public void A_caller_of_the_v1_swarm_that_knows_v2_is_answered_with_the_v2_hash()
    {
        EngineRig rig = Hybrid();
        FakePeer old = rig.Peer(1);
        FakePeer both = rig.Peer(2);
        FakePeer newer = rig.Peer(3);
        rig.Incoming(old, V1(rig));
        rig.Incoming(both, V1(rig), knowsV2: true);
        rig.Incoming(newer, V2(rig));
        rig.RunUntil(() => old.IsOpen && both.IsOpen && newer.IsOpen);
        Assert.Equal([V1(rig), V2(rig), V2(rig)], [old.Swarm, both.Swarm, newer.Swarm]);
    }

    [Fact]
    public void A_v1_torrent_takes_nobody_over_whatever_a_caller_says()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer liar = rig.Peer(1);
        rig.Incoming(liar, knowsV2: true);
        rig.RunUntil(() => liar.IsOpen);
        Assert.Equal(rig.Metainfo.Hashes.Primary, liar.Swarm);
    }

    [Fact]
    public void The_same_peer_in_both_swarms_keeps_one_connection()
    {
        EngineRig rig = Hybrid();
        FakePeer first = rig.Peer(1, peer => peer.IsSilent = true);
        rig.Incoming(first, V1(rig));
        rig.RunUntil(() => first.IsOpen);
        FakePeer again = rig.Peer(2, peer => peer.Id = first.Id);
        rig.Incoming(again, V2(rig));
        rig.RunUntil(() => again.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Duplicate, again.ClosedFor);
        Assert.True(first.IsOpen);
    }

    [Fact]
    public void A_torrent_that_shares_either_swarm_is_there_already()
    {
        EngineRig rig = Hybrid();
        InfoHashes hashes = rig.Metainfo.Hashes;
        Metainfo half = rig.Metainfo with { Hashes = hashes with { V2 = null }, Version = TorrentVersion.V1 };
        Assert.Equal(
            (AddRefusal.Duplicate, rig.Torrent), rig.Engine.AddTorrent(new TorrentSpec { Metainfo = half, Directory = "/data" }, rig.Now) is var outcome ? (outcome.Refusal, outcome.Id) : default);
    }

    /// <summary>BEP 6 says "the infohash" and means the one of the swarm, as libtorrent does.</summary>
    [Fact]
    public void What_is_allowed_fast_follows_from_the_hash_that_was_agreed_on()
    {
        EngineRig rig = Hybrid(pieces: 40);
        FakePeer seeder = rig.Peer(9);
        rig.Introduce(seeder);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        foreach ((int number, InfoHash swarm) in new[] { (1, V1(rig)), (2, V2(rig)) })
        {
            FakePeer leecher = rig.Peer(number, peer => peer.Has.ClearAll());
            rig.Incoming(leecher, swarm);
            rig.RunUntil(() => rig.Sent(leecher, PeerCommandKind.AllowedFast).Any());
            Assert.Equal(
                AllowedFastSet.Compute(leecher.Endpoint.Address, swarm, rig.Layout.PieceCount),
                rig.Sent(leecher, PeerCommandKind.AllowedFast).Select(command => command.Range.Piece));
        }
    }

    private static EngineRig Hybrid(int pieces)
    {
        var rig = new EngineRig(TorrentVersion.Hybrid, 16 * 1024, [pieces * 16 * 1024]);
        rig.Add();
        return rig;
    }

    private static EngineRig Hybrid()
    {
        var rig = new EngineRig(TorrentVersion.Hybrid, 64 * 1024, [100_000, 300_000]);
        rig.Add();
        return rig;
    }

    private static InfoHash V1(EngineRig rig) => new(rig.Metainfo.Hashes.V1!.Value);

    private static InfoHash V2(EngineRig rig) => rig.Metainfo.Hashes.V2Swarm!.Value;
}
