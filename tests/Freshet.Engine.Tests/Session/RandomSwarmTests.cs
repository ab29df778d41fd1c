using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Tests.Session;

/// <summary>Peers that choke, reject, fall silent, lie and leave at random: as long as one honest one stays, the torrent completes.</summary>
public sealed class RandomSwarmTests
{
    /// <summary>THREATS F10, W4: progress whenever some peer has what is missing; honest peers are never banned; no block is lost.</summary>
    [Fact]
    public void A_torrent_completes_whatever_most_of_its_peers_do()
    {
        int bans = 0;
        int failures = 0;
        var reasons = new HashSet<DisconnectReason>();
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var random = new SeededRandom(seed);
            int pieceLength = 16384 << random.Next(4);
            var rig = new EngineRig(
                pieces: 5 + random.Next(30),
                pieceLength,
                lastLength: 1 + random.Next(pieceLength),
                poolBytes: (2 + random.Next(8)) << 20,
                seed: seed);
            if (random.Chance(0.3))
                rig.Disk.MaxLatency = TimeSpan.FromMilliseconds(100);
            rig.Add();
            var honest = new HashSet<FakePeer>();
            FakePeer[] peers = [.. Enumerable.Range(1, 4 + random.Next(8)).Select(i => MakePeer(rig, i, random, honest))];
            FakePeer loyal = rig.Peer(100, peer => peer.HasFast = random.Chance(0.5));
            honest.Add(loyal);
            foreach (FakePeer peer in peers)
            {
                if (random.Chance(0.5))
                    rig.Later(TimeSpan.FromSeconds(random.NextDouble()), () => rig.Incoming(peer));
                else
                    rig.Introduce(peer);
                Disturb(rig, peer, random);
            }

            rig.Introduce(loyal);
            try
            {
                rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 600);
                rig.Run(5);
                rig.AssertComplete();
            }
            catch (Exception broken)
            {
                Assert.Fail($"seed {seed} at {rig.Status.PiecesDone} of {rig.Status.PieceCount} pieces, {rig.Status.State} {rig.Status.Reason}: {broken.Message}");
            }

            foreach (PeerBannedNotice ban in rig.Notices.OfType<PeerBannedNotice>())
                Assert.DoesNotContain(honest, peer => peer.Endpoint.Equals(ban.Endpoint));
            bans += rig.Notices.OfType<PeerBannedNotice>().Count();
            failures += rig.Status.HashFailures;
            reasons.UnionWith(rig.Notices.OfType<PeerClosedNotice>().Select(notice => notice.Reason));
            rig.Engine.Stop(rig.Torrent, rig.Now);
            rig.RunUntil(() => rig.Engine.IsQuiet);
            Assert.True(rig.Pool.RentedBlocks == 0, $"seed {seed}");
        }

        // The trouble was real.
        Assert.True(failures > 30, $"{failures} hash failures");
        Assert.True(bans > 10, $"{bans} bans");
        Assert.Superset(new HashSet<DisconnectReason> { DisconnectReason.ClosedByPeer, DisconnectReason.Banned, DisconnectReason.Useless }, reasons);
    }

    private static FakePeer MakePeer(EngineRig rig, int number, SeededRandom random, HashSet<FakePeer> honest)
        => rig.Peer(number, peer =>
        {
            peer.HasFast = random.Chance(0.7);
            peer.Rejects = peer.HasFast && random.Chance(0.15);
            peer.IsSilent = random.Chance(0.15);
            if (random.Chance(0.5))
            {
                for (int i = 0; i < peer.Has.Length; i++)
                    peer.Has[i] = random.Chance(0.5);
            }

            ulong salt = random.NextUInt64();
            if (random.Chance(0.25))
                peer.Corrupts = range => ((ulong)range.Piece.Value * 31 + (ulong)range.Offset + salt) % 5 == 0;
            else
                honest.Add(peer);
        });

    private static void Disturb(EngineRig rig, FakePeer peer, SeededRandom random)
    {
        rig.Later(TimeSpan.FromSeconds(0.05 + (random.NextDouble() * 3)), () =>
        {
            if (peer.IsOpen)
            {
                switch (random.Next(6))
                {
                    case 0:
                        peer.Choke();
                        break;
                    case 1:
                        peer.Post(PeerEventKind.Unchoke);
                        break;
                    case 2:
                        peer.Close();
                        return;
                    case 3:
                        peer.IsSilent = !peer.IsSilent;
                        break;
                    case 4:
                        peer.Post(PeerEventKind.Interested);
                        break;
                    default:
                        peer.Post(PeerEventKind.DontHave, random.Next(peer.Has.Length));
                        break;
                }
            }

            if (peer.ClosedFor is null)
                Disturb(rig, peer, random);
        });
    }
}
