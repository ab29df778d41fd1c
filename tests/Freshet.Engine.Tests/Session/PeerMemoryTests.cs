using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>What a peer cache is asked and told of a torrent.</summary>
public sealed class PeerMemoryTests
{
    private readonly EngineRig _rig = new(pieces: 4, settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), ListenPort = 6881, UsePeerCache = true });

    private IEnumerable<PeersKnownNotice> Known => _rig.Notices.OfType<PeersKnownNotice>();

    [Fact]
    public void A_torrent_that_starts_asks_once_and_what_it_is_told_is_dialled_at_once()
    {
        _rig.Add();
        PeersWantedNotice wanted = _rig.Notices.OfType<PeersWantedNotice>().Single();
        Assert.Equal([_rig.Metainfo.Hashes.Primary], wanted.Swarms);
        _rig.Peer(1);
        _rig.Engine.AddCachedPeers(_rig.Torrent, wanted.Swarms[0], [EngineRig.Address(1)], _rig.Now);
        Assert.Single(_rig.Commands, command => command.Kind == PeerCommandKind.Connect);
        _rig.RunUntil(() => _rig.HasState(TorrentState.Seeding));
        _rig.Engine.Stop(_rig.Torrent, _rig.Now);
        _rig.Run(10);
        _rig.Engine.Start(_rig.Torrent, _rig.Now);
        _rig.Run(10);
        Assert.Single(_rig.Notices.OfType<PeersWantedNotice>());
    }

    [Fact]
    public void At_the_end_whoever_was_of_use_is_kept_before_whom_a_tracker_named()
    {
        Announce();
        FakePeer useful = _rig.Peer(9);
        _rig.Introduce(useful);
        _rig.RunUntil(() => _rig.HasState(TorrentState.Seeding));
        _rig.Engine.Stop(_rig.Torrent, _rig.Now);
        CachedSwarm swarm = Known.Last().Swarms.Single();
        Assert.Equal(useful.Endpoint, swarm.Peers[0]);
        Assert.DoesNotContain(EngineRig.Address(77), swarm.Peers);
    }

    [Fact]
    public void What_a_tracker_named_is_kept_a_minute_later_and_then_nothing_wakes()
    {
        Announce();
        Assert.Empty(Known);
        _rig.Run(61);
        Assert.Equal(2, Known.Single().Swarms.Single().Peers.Count);
        _rig.Run(600);
        Assert.Single(Known);
    }

    [Fact]
    public void Who_failed_is_not_kept()
    {
        Announce(areThere: false);
        _rig.Run(5);
        _rig.Engine.Stop(_rig.Torrent, _rig.Now);
        Assert.Empty(Known);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Of_private_torrents_and_where_it_is_off_nothing_is_asked_or_told(bool isPrivate, bool isOn)
    {
        _rig.Engine.Apply(_rig.Settings with { UsePeerCache = isOn }, _rig.Now);
        Announce(isPrivate);
        _rig.Introduce(_rig.Peer(9));
        _rig.RunUntil(() => _rig.HasState(TorrentState.Seeding));
        _rig.Run(700);
        _rig.Engine.AddCachedPeers(_rig.Torrent, _rig.Metainfo.Hashes.Primary, [EngineRig.Address(50)], _rig.Now);
        _rig.Engine.Stop(_rig.Torrent, _rig.Now);
        Assert.Empty(Known);
        Assert.Empty(_rig.Notices.OfType<PeersWantedNotice>());
        Assert.Equal(isPrivate, !_rig.Commands.Exists(command => command.Kind == PeerCommandKind.Connect && ((ConnectionSetup)command.Payload!).Endpoint.Equals(EngineRig.Address(50))));
    }

    /// <summary>Adds it with a tracker that names two peers.</summary>
    private void Announce(bool isPrivate = false, bool areThere = true)
    {
        for (int i = 1; areThere && i <= 2; i++)
            _rig.Peer(i, peer => peer.Unchokes = false);
        _rig.Add(spec => spec with { Metainfo = EngineRig.MakeMetainfo(_rig.Content, 64 * 1024, [["http://a.example/announce"]], isPrivate) });
        foreach (ResolveRequest request in _rig.Resolves.ToArray())
            _rig.Engine.Handle(new ResolveResult(request.Id, [IPAddress.Parse("198.51.100.9")], null), _rig.Now);
        _rig.Engine.Advance(_rig.Now);
        _rig.AnswerTracker("d8:intervali1800e5:peers12:\u00CB\u0000\u0071\u0001\u001A\u00E1\u00CB\u0000\u0071\u0002\u001A\u00E1e");
    }
}
