using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.LocalDiscovery;

namespace Freshet.Engine.Tests.Session;

/// <summary>Trackers, cache, local discovery and peers are asked side by side: whoever names the first peer has it dialled in that moment, whatever the others do.</summary>
public sealed class FirstPeerTests
{
    private readonly EngineRig _rig = new(pieces: 2, settings: new SessionSettings
    {
        PeerId = PeerId.Create(new SeededRandom(1)),
        ListenPort = 6881,
        UsePeerCache = true,
        LocalDiscovery = LocalGroups.Bep14,
    });

    public static TheoryData<string> Sources => ["cache", "lsd", "user"];

    [Theory]
    [MemberData(nameof(Sources))]
    public void While_no_tracker_answers_the_first_address_is_dialled_when_it_is_known(string source)
    {
        AddWithSilentTracker();
        Assert.Empty(Dialled());
        Tell(source, IPEndPoint.Parse("192.168.1.9:6881"));
        Assert.Equal([IPEndPoint.Parse("192.168.1.9:6881")], Dialled());
    }

    [Fact]
    public void All_are_asked_in_the_moment_in_which_the_torrent_starts()
    {
        MonoTime before = _rig.Now;
        AddWithSilentTracker();
        Assert.Single(_rig.Resolves);
        Assert.Single(_rig.Notices.OfType<PeersWantedNotice>());
        Assert.Equal(2, _rig.Datagrams.Count(one => LocalGroups.Bep14.IsGroup(one.Remote)));
        Assert.All(_rig.Datagrams, one => Assert.True(one.At - before < TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Both_families_are_dialled_at_once()
    {
        AddWithSilentTracker();
        _rig.Engine.AddCachedPeers(_rig.Torrent, _rig.Metainfo.Hashes.Primary, [IPEndPoint.Parse("[2a02::9]:6881"), IPEndPoint.Parse("9.9.9.9:6881")], _rig.Now);
        Assert.Equal(2, Dialled().Select(endpoint => endpoint.AddressFamily).Distinct().Count());
    }

    private void AddWithSilentTracker()
        => _rig.Add(spec => spec with { Metainfo = EngineRig.MakeMetainfo(_rig.Content, 64 * 1024, [["http://silent.example/announce"]]) });

    private void Tell(string source, IPEndPoint peer)
    {
        InfoHash swarm = _rig.Metainfo.Hashes.Primary;
        switch (source)
        {
            case "cache":
                _rig.Engine.AddCachedPeers(_rig.Torrent, swarm, [peer], _rig.Now);
                break;
            case "lsd":
                byte[] announce = LocalAnnounceCodec.Write(new LocalAnnounce(peer.Port, [swarm], "other"), LocalGroups.Bep14.IPv4);
                _rig.Engine.HandleLocal(new Datagram(new IPEndPoint(peer.Address, 6771), announce), _rig.Now);
                break;
            default:
                _rig.Engine.AddPeers(_rig.Torrent, [peer], _rig.Now);
                break;
        }
    }

    private List<IPEndPoint> Dialled()
        => [.. _rig.Commands.Where(command => command.Kind == PeerCommandKind.Connect).Select(command => ((ConnectionSetup)command.Payload!).Endpoint)];
}
