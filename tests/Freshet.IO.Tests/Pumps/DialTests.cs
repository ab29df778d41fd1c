using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

/// <summary>How one peer is reached over TCP and uTP at the same time.</summary>
public sealed class DialTests
{
    private static readonly IPEndPoint Remote = new(IPAddress.Loopback, 6881);
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeDialler _dialler = new();
    private MonoTime _now = new(1_000_000);

    [Theory]
    [InlineData(PeerTransport.Tcp)]
    [InlineData(PeerTransport.Utp)]
    public void Where_one_transport_is_planned_no_other_is_tried(PeerTransport transport)
    {
        (Dial dial, PumpConnection owner) = Plan(new DialPlan(transport, null, TimeSpan.Zero));
        Advance(dial, owner, seconds: 1);
        Assert.Equal([transport], _dialler.Opened.Select(socket => socket.Transport));
        _dialler.Opened[0].Result = SocketError.Success;
        Assert.Same(_dialler.Opened[0], Advance(dial, owner));
    }

    [Fact]
    public void The_second_begins_when_the_head_start_is_over_and_not_before()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Tcp, HeadStart));
        Advance(dial, owner);
        Advance(dial, owner, seconds: 0.09);
        Assert.Single(_dialler.Opened);
        Assert.Equal(new MonoTime(1_000_000) + HeadStart, dial.Deadline);
        Advance(dial, owner, seconds: 0.01);
        Assert.Equal([PeerTransport.Tcp, PeerTransport.Utp], _dialler.Opened.Select(socket => socket.Transport));
    }

    [Fact]
    public void Where_the_first_is_there_within_its_head_start_the_second_is_never_begun()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Utp, HeadStart));
        Advance(dial, owner);
        _dialler.Opened[0].Result = SocketError.Success;
        Assert.Same(_dialler.Opened[0], Advance(dial, owner, seconds: 0.05));
        Assert.False(dial.IsAlive);
        Assert.Single(_dialler.Opened);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_first_that_is_connected_is_used_and_the_other_given_up(int winner)
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Tcp, HeadStart));
        Advance(dial, owner);
        Advance(dial, owner, seconds: 0.1);
        _dialler.Opened[winner].Result = SocketError.Success;
        Assert.Same(_dialler.Opened[winner], Advance(dial, owner));
        Assert.False(_dialler.Opened[winner].IsGone);
        Assert.True(_dialler.Opened[1 - winner].IsGone);
        Assert.Null(_dialler.Opened[1 - winner].Owner);
        Assert.Same(owner, _dialler.Opened[winner].Owner);
    }

    [Fact]
    public void Where_the_first_fails_the_second_begins_at_once()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Tcp, HeadStart));
        Advance(dial, owner);
        _dialler.Opened[0].Result = SocketError.ConnectionRefused;
        Assert.Null(Advance(dial, owner));
        Assert.True(dial.IsAlive);
        Assert.Equal(2, _dialler.Opened.Count);
        Assert.True(_dialler.Opened[0].IsGone);
    }

    [Fact]
    public void Where_the_system_refuses_the_first_at_once_so_does_the_second_begin()
    {
        _dialler.Refuses = transport => transport == PeerTransport.Tcp ? SocketError.NetworkUnreachable : null;
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Tcp, HeadStart));
        Advance(dial, owner);
        Assert.Equal(PeerTransport.Utp, Assert.Single(_dialler.Opened).Transport);
    }

    [Fact]
    public void Both_failures_are_one()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Tcp, HeadStart));
        Advance(dial, owner);
        _dialler.Opened[0].Result = SocketError.ConnectionRefused;
        Advance(dial, owner);
        Assert.Null(Advance(dial, owner, seconds: Dial.UtpPatience.TotalSeconds));
        Assert.False(dial.IsAlive);
        Assert.Equal(DisconnectReason.ConnectTimeout, dial.Failure);
        Assert.All(_dialler.Opened, socket => Assert.True(socket.IsGone));
    }

    [Fact]
    public void Who_does_not_answer_over_uTP_is_waited_for_over_TCP_for_all_of_its_time()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Utp, HeadStart));
        Advance(dial, owner);
        Advance(dial, owner, seconds: 0.1);
        Advance(dial, owner, seconds: 5);
        Assert.True(dial.IsAlive);
        Assert.True(_dialler.Opened[0].IsGone);
        _dialler.Opened[1].Result = SocketError.Success;
        Assert.Same(_dialler.Opened[1], Advance(dial, owner));
    }

    [Fact]
    public void After_all_of_its_time_an_attempt_is_over()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Tcp);
        Advance(dial, owner);
        Assert.Equal(new MonoTime(1_000_000) + Patience, dial.Deadline);
        Assert.Null(Advance(dial, owner, seconds: 10));
        Assert.False(dial.IsAlive);
        Assert.Equal(DisconnectReason.ConnectTimeout, dial.Failure);
        Assert.True(_dialler.Opened[0].IsGone);
    }

    [Fact]
    public void An_attempt_that_nobody_wants_any_more_leaves_nothing_behind()
    {
        (Dial dial, PumpConnection owner) = Plan(DialPlan.Race(PeerTransport.Tcp, HeadStart));
        Advance(dial, owner);
        Advance(dial, owner, seconds: 0.1);
        dial.GiveUp(DisconnectReason.TorrentStopped);
        Assert.False(dial.IsAlive);
        Assert.All(_dialler.Opened, socket => Assert.True(socket.IsGone));
    }

    private (Dial Dial, PumpConnection Owner) Plan(DialPlan plan)
    {
        var dial = new Dial(new ConnectionSetup(Remote, PumpBench.Swarm, default, Layout: null) { Plan = plan }, _now, Patience);
        return (dial, new PumpConnection(new ConnectionId(2), dial));
    }

    private PeerSocket? Advance(Dial dial, PumpConnection owner, double seconds = 0)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return dial.Advance(_dialler, owner, _now);
    }

    private sealed class FakeDialler : IDialler
    {
        public List<FakeSocket> Opened { get; } = [];

        public Func<PeerTransport, SocketError?> Refuses { get; set; } = _ => null;

        public PeerSocket? Open(PeerTransport transport, IPEndPoint remote, MonoTime now, out SocketError error)
        {
            Assert.Equal(Remote, remote);
            error = Refuses(transport) ?? SocketError.Success;
            if (error != SocketError.Success)
                return null;
            Opened.Add(new FakeSocket(transport));
            return Opened[^1];
        }
    }

    private sealed class FakeSocket(PeerTransport transport) : PeerSocket
    {
        public override PeerTransport Transport => transport;

        public SocketError Result { get; set; } = SocketError.InProgress;

        public bool IsGone { get; private set; }

        public override SocketError ConnectResult() => Result;

        public override int Receive(Span<byte> buffer, out SocketError error) => throw new NotSupportedException();

        public override int Send(ReadOnlySpan<byte> bytes, out SocketError error) => throw new NotSupportedException();

        public override void Close() => IsGone = true;
    }
}
