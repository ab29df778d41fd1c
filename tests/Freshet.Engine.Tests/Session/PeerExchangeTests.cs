using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>BEP 11.</summary>
public sealed class PeerExchangeTests
{
    private static readonly ExtensionHandshake KnowsExchange = new() { Messages = new Dictionary<string, byte>(StringComparer.Ordinal) { ["ut_pex"] = 3 } };

    private readonly EngineRig _rig;

    public PeerExchangeTests()
    {
        var settings = new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), ListenPort = 6881, MaxConnectionsPerTorrent = 20_000, MaxConnections = 20_000, MaxPendingHandshakes = 20_000, ConnectsPerSecond = 1000, MaxHalfOpen = 1000 };
        _rig = new EngineRig(pieces: 2, settings: settings);
    }

    [Fact]
    public void Who_speaks_it_is_told_of_the_others_and_never_of_itself()
    {
        Add();
        FakePeer[] peers = [Dialled(1), Dialled(2), Dialled(3)];
        peers[0].Post(PeerEventKind.ExtensionHandshake, payload: KnowsExchange);
        _rig.Run(5);
        PexMessage told = Messages(peers[0]).Single();
        Assert.Equal([EngineRig.Address(2), EngineRig.Address(3)], told.Added.Select(peer => peer.Endpoint).OrderBy(one => one.Address.GetAddressBytes()[3]));
        Assert.All(told.Added, peer => Assert.Equal(PexFlags.Reachable | PexFlags.Seed, peer.Flags));
        Assert.Empty(told.Dropped);
        Assert.Empty(Messages(peers[1]));
    }

    [Fact]
    public void A_minute_later_it_hears_what_changed_and_nothing_else()
    {
        Add();
        FakePeer listener = Listener(1);
        FakePeer stays = Dialled(2);
        FakePeer goes = Dialled(3);
        _rig.Run(5);
        Assert.Equal(2, Messages(listener).Single().Added.Count);

        goes.Close();
        FakePeer comes = Dialled(4);
        FakePeer passes = Dialled(5);
        passes.Close();
        _rig.Run(50);
        Assert.Single(Messages(listener));
        _rig.Run(20);
        PexMessage second = Messages(listener)[1];
        Assert.Equal([comes.Endpoint], second.Added.Select(peer => peer.Endpoint));
        Assert.Equal([goes.Endpoint], second.Dropped);
        Assert.True(stays.IsOpen);
        _rig.Run(600);
        Assert.Equal(2, Messages(listener).Count);
    }

    [Fact]
    public void A_peer_that_dialled_us_is_told_of_once_it_has_named_its_port()
    {
        Add();
        FakePeer listener = Listener(1);
        FakePeer caller = Leecher(2);
        _rig.Incoming(caller);
        _rig.Run(5);
        Assert.Empty(Messages(listener));
        caller.Post(PeerEventKind.ExtensionHandshake, payload: new ExtensionHandshake { ListenPort = 7000 });
        _rig.Run(5);
        PexPeer told = Messages(listener).Single().Added.Single();
        Assert.Equal(new IPEndPoint(caller.Endpoint.Address, 7000), told.Endpoint);
        Assert.Equal(PexFlags.None, told.Flags);
    }

    [Fact]
    public void A_message_holds_fifty_of_a_family_and_comes_once_a_minute()
    {
        Add();
        for (int i = 1; i <= 120; i++)
            Dialled(i);
        FakePeer listener = Listener(200);
        _rig.Run(5);
        Assert.Equal(50, Messages(listener).Single().Added.Count);
        for (int i = 1; i <= 120; i++)
            _rig.Peers[EngineRig.Address(i)].Close();
        _rig.Run(59);
        Assert.Equal([50], Messages(listener).Skip(1).Select(message => message.Dropped.Count));
    }

    [Fact]
    public void Private_torrents_neither_offer_nor_tell_nor_believe()
    {
        Add(isPrivate: true);
        FakePeer listener = Listener(1);
        Dialled(2);
        listener.Post(PeerEventKind.PeerExchange, payload: Names(9));
        _rig.Run(300);
        Assert.Empty(Messages(listener));
        Assert.Equal(2, _rig.Status.KnownPeers);
        Assert.False(IsOffered(listener));
    }

    [Fact]
    public void Switched_off_it_is_off()
    {
        _rig.Engine.Apply(_rig.Settings with { UsePeerExchange = false }, _rig.Now);
        Add();
        FakePeer listener = Listener(1);
        Dialled(2);
        listener.Post(PeerEventKind.PeerExchange, payload: Names(9));
        _rig.Run(300);
        Assert.Empty(Messages(listener));
        Assert.Equal(2, _rig.Status.KnownPeers);
        Assert.False(IsOffered(listener));
    }

    [Fact]
    public void Whom_a_peer_names_is_dialled_in_the_same_moment()
    {
        Add();
        FakePeer teller = Listener(1);
        Assert.True(IsOffered(teller));
        FakePeer named = _rig.Peer(9);
        teller.Post(PeerEventKind.PeerExchange, payload: Names(9));
        Assert.Contains(_rig.Commands, command => command.Kind == PeerCommandKind.Connect && ((ConnectionSetup)command.Payload!).Endpoint.Equals(named.Endpoint));
    }

    [Fact]
    public void Seeds_are_not_looked_for_by_a_seed()
    {
        Add();
        Listener(1, unchokes: true);
        _rig.RunUntil(() => _rig.HasState(TorrentState.Seeding));
        FakePeer leecher = Leecher(2);
        _rig.Incoming(leecher);
        _rig.Run(1);
        int known = _rig.Status.KnownPeers;
        leecher.Post(PeerEventKind.PeerExchange, payload: new PexMessage([new PexPeer(EngineRig.Address(9), PexFlags.Seed)], []));
        Assert.Equal(known, _rig.Status.KnownPeers);
    }

    [Fact]
    public void A_peer_that_tells_too_often_is_cut_off()
    {
        // W8.
        Add();
        FakePeer flooder = Listener(1);
        for (int i = 0; i < 6; i++)
            flooder.Post(PeerEventKind.PeerExchange, payload: Names());
        Assert.True(flooder.IsOpen);
        flooder.Post(PeerEventKind.PeerExchange, payload: Names());
        Assert.Equal(DisconnectReason.ProtocolError, flooder.ClosedFor);
    }

    [Fact]
    public void One_message_a_minute_is_never_too_often()
    {
        Add();
        FakePeer honest = Listener(1);
        for (int i = 0; i < 60; i++)
        {
            honest.Post(PeerEventKind.PeerExchange, payload: Names());
            _rig.Run(60);
        }

        Assert.True(honest.IsOpen);
    }

    [Fact]
    public void Of_all_that_a_peer_names_so_much_is_kept()
    {
        // W8: each message is as long as may be.
        Add();
        FakePeer teller = Listener(1);
        for (int i = 0; i < 6; i++)
        {
            byte part = (byte)i;
            PexPeer[] lies = [.. Enumerable.Range(0, 100).Select(j => new PexPeer(new IPEndPoint(new IPAddress([50, part, (byte)j, 1]), 6881), PexFlags.None))];
            teller.Post(PeerEventKind.PeerExchange, payload: new PexMessage(lies, []));
        }

        Assert.Equal(201, _rig.Status.KnownPeers);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.0.7")]
    [InlineData("169.254.169.254")]
    [InlineData("::1")]
    public void A_stranger_does_not_send_us_into_our_own_network(string address)
    {
        Add();
        FakePeer teller = Listener(1);
        teller.Post(PeerEventKind.PeerExchange, payload: new PexMessage([new PexPeer(new IPEndPoint(IPAddress.Parse(address), 6881), PexFlags.None)], []));
        Assert.Equal(1, _rig.Status.KnownPeers);
    }

    [Fact]
    public void Ten_thousand_peers_are_told_in_turn_and_then_nothing_wakes()
    {
        Add();
        Listener(1, unchokes: true);
        _rig.RunUntil(() => _rig.HasState(TorrentState.Seeding));
        _rig.Peers.Clear();
        var peers = new List<FakePeer>();
        for (int i = 0; i < 10_000; i++)
        {
            FakePeer peer = Leecher(i, new IPEndPoint(new IPAddress([20, (byte)(i >> 8), (byte)i, 7]), 6881));
            peers.Add(peer);
            _rig.Incoming(peer);
        }

        _rig.Run(1);
        foreach (FakePeer peer in peers)
            peer.Post(PeerEventKind.ExtensionHandshake, payload: KnowsExchange with { ListenPort = 6881 });
        _rig.Run(300);
        ILookup<ConnectionId, PexMessage> told = _rig.Commands.Where(command => command.Kind == PeerCommandKind.PeerExchange).ToLookup(command => command.Connection, command => (PexMessage)command.Payload!);
        Assert.Equal(peers.Count, told.Count);
        Assert.All(told, messages => Assert.InRange(messages.Count(), 1, 2));
        Assert.All(told, messages => Assert.Equal(50, messages.First().Added.Count));

        long deadlines = _rig.Engine.Work.Deadlines;
        _rig.Run(600);

        // The one address that it knows besides, its source's, is dialled again in vain.
        Assert.InRange(_rig.Engine.Work.Deadlines - deadlines, 0, 12);
    }

    private static PexMessage Names(params int[] numbers) => new([.. numbers.Select(number => new PexPeer(EngineRig.Address(number), PexFlags.None))], []);

    private void Add(bool isPrivate = false) => _rig.Add(spec => spec with { Metainfo = EngineRig.MakeMetainfo(_rig.Content, 64 * 1024, isPrivate: isPrivate) });

    private FakePeer Dialled(int number)
    {
        FakePeer peer = _rig.Peer(number, one => one.Unchokes = false);
        _rig.Introduce(peer);
        _rig.Run(0.1);
        Assert.True(peer.IsOpen);
        return peer;
    }

    private FakePeer Listener(int number, bool unchokes = false)
    {
        FakePeer peer = _rig.Peer(number, one => one.Unchokes = unchokes);
        _rig.Introduce(peer);
        _rig.Run(0.1);
        peer.Post(PeerEventKind.ExtensionHandshake, payload: KnowsExchange);
        return peer;
    }

    private FakePeer Leecher(int number, IPEndPoint? endpoint = null)
    {
        byte[] id = new byte[20];
        BitConverter.TryWriteBytes(id, number + 1);
        var peer = new FakePeer(_rig, endpoint ?? new IPEndPoint(IPAddress.Parse($"198.51.100.{number}"), 40_000), number) { Id = new PeerId(new Sha1Hash(id)) };
        peer.Has.ClearAll();
        return peer;
    }

    private List<PexMessage> Messages(FakePeer peer) => [.. _rig.Sent(peer, PeerCommandKind.PeerExchange).Select(command => (PexMessage)command.Payload!)];

    private bool IsOffered(FakePeer peer)
        => _rig.Sent(peer, PeerCommandKind.ExtensionHandshake).Any(command => ((ExtensionHandshake)command.Payload!).Messages.ContainsKey("ut_pex"));
}
