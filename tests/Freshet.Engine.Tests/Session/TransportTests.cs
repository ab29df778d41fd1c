using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>Who is dialled over TCP, who over uTP, and what is remembered of it.</summary>
public sealed class TransportTests
{
    private static readonly ExtensionHandshake KnowsExchange = new() { Messages = new Dictionary<string, byte>(StringComparer.Ordinal) { ["ut_pex"] = 3 } };

    public static TheoryData<UtpUse, PeerTransport, PeerTransport?> FirstDials => new()
    {
        { UtpUse.Off, PeerTransport.Tcp, null },
        { UtpUse.On, PeerTransport.Tcp, PeerTransport.Utp },
        { UtpUse.Prefer, PeerTransport.Utp, PeerTransport.Tcp },
        { UtpUse.Only, PeerTransport.Utp, null },
    };

    [Theory]
    [MemberData(nameof(FirstDials))]
    public void A_peer_that_nothing_is_known_of_is_dialled_as_the_setting_says(UtpUse use, PeerTransport first, PeerTransport? second)
    {
        DialPlan plan = Meet(Rig(use)).Dialled.Single().Plan;
        Assert.Equal((first, second), (plan.First, plan.Second));
        Assert.Equal(second is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(100), plan.HeadStart);
    }

    [Theory]
    [InlineData(UtpUse.On, PeerTransport.Utp)]
    [InlineData(UtpUse.On, PeerTransport.Tcp)]
    [InlineData(UtpUse.Prefer, PeerTransport.Tcp)]
    public void What_got_through_the_last_time_begins_the_next_time(UtpUse use, PeerTransport worked)
    {
        EngineRig rig = Rig(use);
        FakePeer peer = Meet(rig, worked);
        rig.Run(40);
        peer.Close();
        rig.RunUntil(() => peer.Dialled.Count == 2);
        Assert.Equal(DialPlan.Race(worked, TimeSpan.FromMilliseconds(100)), peer.Dialled[1].Plan);
    }

    [Fact]
    public void Where_uTP_is_preferred_TCP_waits_longer_for_a_peer_that_speaks_it()
    {
        EngineRig rig = Rig(UtpUse.Prefer);
        FakePeer peer = Meet(rig, PeerTransport.Utp);
        rig.Run(40);
        peer.Close();
        rig.RunUntil(() => peer.Dialled.Count == 2);
        Assert.Equal(DialPlan.Race(PeerTransport.Utp, TimeSpan.FromMilliseconds(500)), peer.Dialled[1].Plan);
    }

    [Fact]
    public void What_was_open_and_led_nowhere_is_no_longer_begun_with()
    {
        EngineRig rig = Rig(UtpUse.Prefer);
        rig.Add(spec => spec with { Metainfo = EngineRig.MakeMetainfo(rig.Content, 64 * 1024, isPrivate: false) });
        FakePeer peer = rig.Peer(1, one => one.Takes = setup => setup.Plan.First == PeerTransport.Tcp);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        Assert.Equal([PeerTransport.Utp, PeerTransport.Tcp], peer.Dialled.Select(setup => setup.Plan.First));
    }

    [Fact]
    public void A_connection_shows_what_carries_it()
    {
        EngineRig rig = Rig(UtpUse.On);
        Meet(rig, PeerTransport.Utp);
        Assert.Equal(PeerTransport.Utp, Assert.Single(rig.Engine.GetPeers(rig.Torrent, rig.Now)).Transport);
        Assert.Equal(PeerTransport.Utp, Assert.Single(rig.Notices.OfType<PeerConnectedNotice>()).Transport);
    }

    [Fact]
    public void Peers_are_told_who_speaks_uTP_and_believed_where_they_say_so()
    {
        EngineRig rig = Rig(UtpUse.Prefer);
        FakePeer listener = Meet(rig, PeerTransport.Tcp);
        FakePeer speaker = rig.Peer(2, one =>
        {
            one.IsSilent = true;
            one.Over = _ => PeerTransport.Utp;
        });
        rig.Introduce(speaker);
        rig.RunUntil(() => speaker.IsOpen);
        listener.Post(PeerEventKind.ExtensionHandshake, payload: KnowsExchange);
        rig.Run(5);
        var message = (PexMessage)rig.Sent(listener, PeerCommandKind.PeerExchange).Single().Payload!;
        Assert.Equal(PexFlags.Utp, Assert.Single(message.Added).Flags & PexFlags.Utp);

        FakePeer named = rig.Peer(3);
        listener.Post(PeerEventKind.PeerExchange, payload: new PexMessage([new PexPeer(named.Endpoint, PexFlags.Utp)], []));
        rig.RunUntil(() => named.IsOpen);
        Assert.Equal(TimeSpan.FromMilliseconds(500), named.Dialled.Single().Plan.HeadStart);
    }

    private static FakePeer Meet(EngineRig rig, PeerTransport? over = null)
    {
        rig.Add(spec => spec with { Metainfo = EngineRig.MakeMetainfo(rig.Content, 64 * 1024, isPrivate: false) });
        FakePeer peer = rig.Peer(1, one =>
        {
            one.IsSilent = true;
            one.Over = plan => over ?? plan.First;
        });
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        return peer;
    }

    private static EngineRig Rig(UtpUse use) => new(settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(3)), ListenPort = 6881, Utp = use });
}
