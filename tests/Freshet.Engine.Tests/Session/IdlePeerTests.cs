using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;

namespace Freshet.Engine.Tests.Session;

public sealed class IdlePeerTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(10_000)]
    public void Peers_who_want_nothing_of_a_seed_are_looked_at_by_nobody(int peers)
    {
        var random = new SeededRandom(1);
        var settings = new SessionSettings
        {
            PeerId = PeerId.Create(random),
            ListenPort = 6881,
            MaxConnections = peers + 100,
            MaxConnectionsPerTorrent = peers + 100,
            MaxPendingHandshakes = peers,
        };
        var rig = new EngineRig(pieces: 20, settings: settings);
        rig.Add();
        rig.Introduce(rig.Peer(1));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        rig.Peers.Clear();
        for (int i = 0; i < peers; i++)
            rig.Incoming(Leecher(rig, i));
        rig.Run(300);
        Assert.Equal(peers, rig.Engine.GetPeers(rig.Torrent, rig.Now).Count);

        EngineWork before = rig.Engine.Work;
        rig.Run(3600);
        EngineWork work = rig.Engine.Work - before;

        // The one address that it knows, its source's, is dialled again in vain; whoever is connected costs nothing.
        Assert.InRange(work.Deadlines, 0, 12);
        Assert.Equal(0, work.Torrents + work.Peers);
        Assert.Equal(peers, rig.Engine.GetPeers(rig.Torrent, rig.Now).Count);
    }

    private static FakePeer Leecher(EngineRig rig, int number)
    {
        byte[] id = new byte[20];
        BitConverter.TryWriteBytes(id, number + 1);
        var peer = new FakePeer(rig, new IPEndPoint(new IPAddress([20, (byte)(number >> 8), (byte)number, 7]), 6881), number) { Id = new PeerId(new Sha1Hash(id)) };
        peer.Has.ClearAll();
        return peer;
    }
}
