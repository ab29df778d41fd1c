using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.LocalDiscovery;

namespace Freshet.Engine.Tests.Session;

/// <summary>BEP 14: whom a session tells and whom it believes.</summary>
public sealed class LocalDiscoveryTests
{
    private static readonly IPEndPoint Neighbour = IPEndPoint.Parse("192.168.1.9:6771");

    private readonly EngineRig _rig = new(
        pieces: 2, settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), ListenPort = 6881, LocalDiscovery = LocalGroups.Bep14 });

    private InfoHash Swarm => _rig.Metainfo.Hashes.Primary;

    private List<(IPEndPoint Remote, LocalAnnounce Announce, MonoTime At)> Sent =>
        [.. _rig.Datagrams.Where(one => LocalGroups.Bep14.IsGroup(one.Remote)).Select(one => (one.Remote, Read(one.Bytes), one.At))];

    [Fact]
    public void A_torrent_is_announced_in_both_families_at_once_and_every_five_minutes()
    {
        _rig.Add();
        _rig.Run(1);
        Assert.Equal([LocalGroups.Bep14.IPv4, LocalGroups.Bep14.IPv6], Sent.Select(one => one.Remote));
        Assert.All(Sent, one => Assert.Equal((6881, Swarm), (one.Announce.Port, one.Announce.Swarms.Single())));
        _rig.Run(3600);
        Assert.InRange(Sent.Count / 2, 12, 13);
    }

    [Fact]
    public void Stopping_and_starting_announces_no_more_than_once_a_minute()
    {
        _rig.Add();
        for (int i = 0; i < 60; i++)
        {
            _rig.Engine.Stop(_rig.Torrent, _rig.Now);
            _rig.Run(5);
            _rig.Engine.Start(_rig.Torrent, _rig.Now);
            _rig.Run(5);
        }

        Assert.InRange(Sent.Count / 2, 2, 11);
    }

    [Fact]
    public void Many_torrents_share_datagrams_and_one_a_second_goes_out()
    {
        for (int i = 0; i < 100; i++)
        {
            byte[] content = new byte[1000 + i];
            _rig.Engine.AddTorrent(new TorrentSpec { Metainfo = EngineRig.MakeMetainfo(content, 16 * 1024), Directory = "/data" }, _rig.Now);
        }

        _rig.Run(60);
        (IPEndPoint, LocalAnnounce Announce, MonoTime At)[] v4 = [.. Sent.Where(one => one.Remote.Equals(LocalGroups.Bep14.IPv4))];
        Assert.Equal(100, v4.SelectMany(one => one.Announce.Swarms).Distinct().Count());
        Assert.InRange(v4.Length, 5, 12);
        Assert.All(v4.Zip(v4.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_neighbour_is_dialled_in_the_moment_that_it_is_heard()
    {
        _rig.Add();
        Hear(Neighbour, Swarm);
        Assert.Equal([new IPEndPoint(Neighbour.Address, 7000)], Dialled());
    }

    [Theory]
    [InlineData("9.9.9.9")]
    [InlineData("2a02::9")]
    public void Who_is_not_of_the_local_network_is_not_believed(string address)
    {
        // U9: a forged datagram from the internet.
        _rig.Add();
        Hear(new IPEndPoint(IPAddress.Parse(address), 6771), Swarm);
        Assert.Empty(Dialled());
    }

    [Fact]
    public void Our_own_announce_is_known_by_its_cookie()
    {
        _rig.Add();
        _rig.Run(1);
        _rig.Engine.HandleLocal(new Datagram(Neighbour, LocalAnnounceCodec.Write(Sent[0].Announce, LocalGroups.Bep14.IPv4)), _rig.Now);
        Assert.Empty(Dialled());
    }

    [Fact]
    public void A_private_torrent_neither_announces_nor_believes()
    {
        _rig.Add(spec => spec with { Metainfo = EngineRig.MakeMetainfo(_rig.Content, 64 * 1024, isPrivate: true) });
        _rig.Run(700);
        Hear(Neighbour, Swarm);
        Assert.Empty(Sent);
        Assert.Empty(Dialled());
    }

    [Fact]
    public void A_flood_of_announces_finds_nobody_any_more()
    {
        // U9: forged senders, each with a port of its own; a host has room for a few.
        _rig.Add();
        for (int i = 0; i < 5000; i++)
            Hear(new IPEndPoint(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 6771), Swarm, port: 2000 + (i % 10));
        Assert.InRange(_rig.Status.KnownPeers, 100, 200);
        _rig.Run(60);
        for (int i = 0; i < 100; i++)
            Hear(Neighbour, Swarm, port: 2000 + i);
        Assert.InRange(_rig.Status.KnownPeers, 100, 208);
    }

    [Fact]
    public void Both_swarms_of_a_hybrid_are_announced()
    {
        var rig = new EngineRig(TorrentVersion.Hybrid, 64 * 1024, [100_000], new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), ListenPort = 6881, LocalDiscovery = LocalGroups.Bep14 });
        rig.Add();
        rig.Run(1);
        Assert.Equal(rig.Metainfo.Hashes.Swarms, Read(rig.Datagrams[0].Bytes).Swarms);
    }

    private static LocalAnnounce Read(byte[] bytes)
    {
        Assert.True(LocalAnnounceCodec.TryParse(bytes, out LocalAnnounce? announce));
        return announce;
    }

    private void Hear(IPEndPoint from, InfoHash swarm, int port = 7000)
    {
        _rig.Engine.HandleLocal(new Datagram(from, LocalAnnounceCodec.Write(new LocalAnnounce(port, [swarm], "other"), LocalGroups.Bep14.IPv4)), _rig.Now);
        _rig.Engine.Advance(_rig.Now);
    }

    private IEnumerable<IPEndPoint> Dialled()
        => _rig.Commands.Where(command => command.Kind == PeerCommandKind.Connect).Select(command => ((ConnectionSetup)command.Payload!).Endpoint);
}
