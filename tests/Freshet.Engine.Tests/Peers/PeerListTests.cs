using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Peers;

public sealed class PeerListTests
{
    private readonly BanList _bans = new();
    private readonly PeerList _list;
    private MonoTime _now = MonoTime.Zero + TimeSpan.FromSeconds(100);

    private readonly OwnAddresses _self = new() { ListenPort = 6881 };

    public PeerListTests() => _list = new PeerList(new SeededRandom(1), _bans, _self);

    [Fact]
    public void The_first_peer_is_due_the_moment_it_is_known()
    {
        Assert.Equal(MonoTime.Never, _list.NextDue);
        Assert.True(_list.Add(At("1.2.3.4:5"), PeerSources.Tracker, _now));
        Assert.Equal(_now, _list.NextDue);
        Assert.Equal(At("1.2.3.4:5"), Take().Endpoint);
        Assert.False(_list.TryTakeDue(_now, out _));
    }

    [Fact]
    public void Pauses_end_for_those_who_have_not_failed_whatever_they_wait_for()
    {
        const int Peers = 200;
        for (int i = 0; i < Peers; i++)
            _list.Add(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 1 + i), PeerSources.Tracker, _now);
        for (int i = 0; i < Peers; i++)
        {
            // Every third fails; the others wait because nobody wanted anything, some longer than others.
            _list.Disconnected(Take(), i % 3 == 0 ? DisconnectReason.ConnectFailed : DisconnectReason.Useless, null, _now);
        }

        Assert.Equal(0, _list.CountDue(_now));
        _list.EndPauses(_now);
        Assert.Equal(Peers - ((Peers + 2) / 3), _list.CountDue(_now));
        Assert.Equal(Peers, _list.CountDue(_now + PeerList.MaxBackOff));
    }

    [Fact]
    public void Clearing_leaves_only_whom_the_user_named()
    {
        for (int i = 0; i < 50; i++)
            _list.Add(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 1 + i), i % 5 == 0 ? PeerSources.User : PeerSources.Tracker, _now);
        _list.KeepOnly(PeerSources.User);
        Assert.Equal(10, _list.Count);
        for (int i = 0; i < 10; i++)
            Assert.True(Take().IsUsers);
    }

    [Fact]
    public void An_address_is_listed_once_whoever_names_it()
    {
        Assert.True(_list.Add(At("1.2.3.4:6881"), PeerSources.Tracker, _now));
        Assert.False(_list.Add(At("1.2.3.4:6881"), PeerSources.Pex, _now));
        Assert.False(_list.Add(At("[::ffff:1.2.3.4]:6881"), PeerSources.Dht, _now));
        Assert.True(_list.Add(At("1.2.3.4:6882"), PeerSources.Tracker, _now));
        Assert.Equal(2, _list.Count);
        PeerCandidate first = Take();
        PeerCandidate second = Take();
        PeerCandidate twice = first.Endpoint.Port == 6881 ? first : second;
        Assert.Equal(PeerSources.Tracker | PeerSources.Pex | PeerSources.Dht, twice.Sources);
    }

    [Theory]
    [InlineData("1.2.3.4:0")]
    [InlineData("0.0.0.0:80")]
    [InlineData("0.1.2.3:80")]
    [InlineData("224.0.0.1:80")]
    [InlineData("255.255.255.255:80")]
    [InlineData("240.0.0.1:80")]
    [InlineData("[::]:80")]
    [InlineData("[ff02::1]:80")]
    [InlineData("[::ffff:0.0.0.0]:80")]
    public void Where_no_peer_can_be_is_dropped(string endpoint)
        => Assert.False(_list.Add(At(endpoint), PeerSources.Tracker, _now)); // W8

    [Fact]
    public void Gossip_does_not_send_us_to_our_own_machine()
    {
        // W8: PEX and DHT lies.
        Assert.False(_list.Add(At("127.0.0.1:6881"), PeerSources.Dht, _now));
        Assert.False(_list.Add(At("[::1]:6881"), PeerSources.Dht, _now));
        Assert.False(_list.Add(At("[::ffff:127.9.9.9]:6881"), PeerSources.Dht, _now));
        Assert.True(_list.Add(At("127.0.0.1:80"), PeerSources.Tracker, _now));
        Assert.False(EndpointRules.MayBeTold(IPAddress.Loopback, partner: IPAddress.Parse("9.9.9.9")));
        Assert.False(EndpointRules.MayBeTold(IPAddress.IPv6Loopback, partner: IPAddress.Parse("192.168.1.9")));
        Assert.True(EndpointRules.MayBeTold(IPAddress.Loopback, partner: IPAddress.Parse("127.0.0.9")));
    }

    [Theory]
    [InlineData("192.168.1.7")]
    [InlineData("169.254.169.254")]
    [InlineData("fe80::7")]
    [InlineData("fd00::7")]
    public void What_is_told_of_a_local_network_counts_within_one_only(string address)
    {
        Assert.False(EndpointRules.MayBeTold(IPAddress.Parse(address), partner: IPAddress.Parse("9.9.9.9")));
        Assert.True(EndpointRules.MayBeTold(IPAddress.Parse(address), partner: IPAddress.Parse("192.168.1.9")));
    }

    [Theory]
    [InlineData(PeerSources.Pex)]
    [InlineData(PeerSources.Dht)]
    public void Gossip_does_not_send_us_to_the_ports_of_servers(PeerSources source)
    {
        // W8: whole swarms were sent to port 80 of somebody's web server.
        Assert.False(_list.Add(At("9.9.9.9:80"), source, _now));
        Assert.False(_list.Add(At("9.9.9.9:443"), source, _now));
        Assert.True(_list.Add(At("9.9.9.9:443"), PeerSources.Tracker, _now));
    }

    [Theory]
    [InlineData("9.9.9.9", "9.9.9.8")]
    [InlineData("2a02::1", "2a02:0:0:1::1")]
    public void Gossip_names_a_few_peers_of_one_host_and_no_more(string victim, string other)
    {
        // W8: a liar fills the list with all the ports of his victim.
        int added = Enumerable.Range(2000, 500).Count(port => _list.Add(new IPEndPoint(IPAddress.Parse(victim), port), PeerSources.Pex, _now));
        Assert.Equal(RumourCount.MaxPerHost, added);
        Assert.True(_list.Add(new IPEndPoint(IPAddress.Parse(other), 2000), PeerSources.Dht, _now));
        Assert.True(_list.Add(new IPEndPoint(IPAddress.Parse(victim), 9000), PeerSources.Tracker, _now), "a tracker may name more");

        // What others vouch for is no rumour any more, nor is what was forgotten.
        _list.Add(new IPEndPoint(IPAddress.Parse(victim), 2000), PeerSources.Tracker, _now);
        Assert.True(_list.Add(new IPEndPoint(IPAddress.Parse(victim), 9001), PeerSources.Pex, _now));
        Assert.False(_list.Add(new IPEndPoint(IPAddress.Parse(victim), 9002), PeerSources.Pex, _now));
        _list.KeepOnly(PeerSources.User);
        Assert.True(_list.Add(new IPEndPoint(IPAddress.Parse(victim), 9002), PeerSources.Pex, _now));
    }

    [Fact]
    public void Ourselves_are_never_dialled_again()
    {
        _list.MarkSelf(At("10.0.0.1:6881"));
        Assert.False(_list.Add(At("10.0.0.1:6881"), PeerSources.Tracker, _now));
        _list.Add(At("9.9.9.9:6881"), PeerSources.Tracker, _now);
        _list.Disconnected(Take(), DisconnectReason.SelfConnection, null, _now);
        Assert.False(_list.Add(At("9.9.9.9:6881"), PeerSources.User, _now));
        Assert.Equal(0, _list.Count);
        Assert.Equal(MonoTime.Never, _list.NextDue);
    }

    [Fact]
    public void Failures_back_off_twice_as_long_each_time_up_to_a_cap_and_then_are_forgotten()
    {
        _list.Add(At("1.2.3.4:5"), PeerSources.Tracker, _now);
        double expected = PeerList.MinBackOff.TotalSeconds;
        for (int failure = 1; failure < PeerList.MaxFailures; failure++)
        {
            _list.Disconnected(Take(), DisconnectReason.ConnectFailed, null, _now);
            double wait = (_list.NextDue - _now).TotalSeconds;
            Assert.InRange(wait, expected * 0.75, expected * 1.25);
            Assert.False(_list.TryTakeDue(_list.NextDue - TimeSpan.FromMilliseconds(1), out _));
            expected = Math.Min(expected * 2, PeerList.MaxBackOff.TotalSeconds);
            _now = _list.NextDue;
        }

        _list.Disconnected(Take(), DisconnectReason.ConnectTimeout, null, _now);
        Assert.Equal(0, _list.Count);
    }

    [Fact]
    public void What_the_user_named_is_tried_for_ever_within_the_cap()
    {
        _list.Add(At("1.2.3.4:5"), PeerSources.User, _now);
        for (int failure = 0; failure < 50; failure++)
        {
            _list.Disconnected(Take(), DisconnectReason.ConnectFailed, null, _now);
            Assert.True(_list.NextDue - _now <= PeerList.MaxBackOff * 1.25);
            _now = _list.NextDue;
        }
    }

    [Fact]
    public void The_user_naming_a_peer_ends_its_back_off()
    {
        _list.Add(At("1.2.3.4:5"), PeerSources.Tracker, _now);
        _list.Disconnected(Take(), DisconnectReason.ConnectFailed, null, _now);
        Assert.True(_list.NextDue > _now);
        _list.Add(At("1.2.3.4:5"), PeerSources.User, _now);
        Assert.Equal(_now, _list.NextDue);
    }

    [Fact]
    public void A_peer_that_was_useful_is_dialled_again_soon_and_one_that_hung_up_is_a_failure()
    {
        _list.Add(At("1.2.3.4:5"), PeerSources.Tracker, _now);
        PeerCandidate peer = Take();
        _list.Connected(peer, _now);
        _now += TimeSpan.FromMinutes(5);
        _list.Disconnected(peer, DisconnectReason.ClosedByPeer, null, _now);
        Assert.Equal(0, peer.Failures);
        _now = _list.NextDue;
        Assert.Same(peer, Take());
        _list.Connected(peer, _now);
        _list.Disconnected(peer, DisconnectReason.ClosedByPeer, null, _now + TimeSpan.FromSeconds(1));
        Assert.Equal(1, peer.Failures);
    }

    [Fact]
    public void An_incoming_peer_that_names_its_port_is_not_dialled_too()
    {
        PeerCandidate? incoming = _list.ConnectedIncoming(At("1.2.3.4:50000"), 6881, _now);
        Assert.Equal(At("1.2.3.4:6881"), incoming!.Endpoint);
        Assert.False(_list.Add(At("1.2.3.4:6881"), PeerSources.Tracker, _now));
        Assert.False(_list.TryTakeDue(_now + TimeSpan.FromDays(1), out _));
        Assert.Null(_list.ConnectedIncoming(At("1.2.3.4:50001"), 6881, _now));
        _list.Disconnected(incoming, DisconnectReason.PeerTimeout, null, _now + TimeSpan.FromMinutes(3));
        _now = _list.NextDue;
        Assert.Same(incoming, Take());
        Assert.Null(_list.ConnectedIncoming(At("1.2.3.4:50002"), 6881, _now));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_listen_port_that_is_none_is_ignored(int port)
        => Assert.Null(_list.ConnectedIncoming(At("1.2.3.4:50000"), port, _now));

    [Fact]
    public void The_banned_are_neither_listed_nor_dialled()
    {
        _list.Add(At("1.2.3.4:5"), PeerSources.Tracker, _now);
        _list.Add(At("1.2.3.5:5"), PeerSources.Tracker, _now);
        _bans.Ban(At("1.2.3.4:999"));
        Assert.False(_list.Add(At("1.2.3.4:6"), PeerSources.Tracker, _now));
        Assert.Equal(At("1.2.3.5:5"), Take().Endpoint);
        Assert.False(_list.TryTakeDue(_now, out _));
        Assert.Equal(1, _list.Count);
    }

    [Fact]
    public void Banned_candidates_can_be_taken_out_at_once()
    {
        for (int i = 0; i < 100; i++)
            _list.Add(At($"1.2.3.{i}:5"), PeerSources.Tracker, _now);
        for (int i = 0; i < 100; i += 2)
            _bans.Ban(At($"1.2.3.{i}:5"));
        _list.RemoveBanned();
        Assert.Equal(50, _list.Count);
    }

    [Fact]
    public void The_list_is_bounded_and_gossip_pushes_nobody_out()
    {
        // W8: PEX floods. U8: trackers that name ten thousand peers.
        for (int i = 0; i < 2000; i++)
            Assert.True(_list.Add(Numbered(i), PeerSources.Tracker, _now));
        for (int i = 2000; i < 20_000; i++)
            _list.Add(Numbered(i), PeerSources.Pex, _now);
        Assert.Equal(PeerList.MaxCandidates, _list.Count);
        for (int i = 0; i < 2000; i++)
            Assert.False(_list.Add(Numbered(i), PeerSources.Tracker, _now), "still there");
        Assert.True(_list.Add(Numbered(30_000), PeerSources.User, _now));
        Assert.Equal(PeerList.MaxCandidates, _list.Count);
    }

    [Fact]
    public void Who_was_fast_is_dialled_before_the_unknown_and_they_before_who_failed()
    {
        string[] order = ["1.1.1.1:1", "1.1.1.2:1", "1.1.1.3:1"];
        foreach (string endpoint in order)
            _list.Add(At(endpoint), PeerSources.Tracker, _now);
        PeerCandidate[] first = [Take(), Take(), Take()];
        PeerCandidate fast = first.Single(one => one.Endpoint.Equals(At(order[1])));
        foreach (PeerCandidate one in first)
        {
            if (one == fast)
                _list.Connected(one, _now);
            _list.Disconnected(one, DisconnectReason.TorrentStopped, one == fast ? new ConnectionTrack(50_000_000, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(50)) : null, _now);
        }

        for (byte i = 0; i < 20; i++)
            _list.Add(new IPEndPoint(new IPAddress([9, 9, 9, i]), 1), PeerSources.Tracker, _now);
        Assert.Same(fast, Take());
        Assert.InRange(fast.Score.Speed, 800_000, 900_000);
    }

    [Fact]
    public void Of_the_unknown_those_go_first_whom_both_sides_prefer()
    {
        _self.Seen(IPAddress.Parse("5.6.7.8"), IPAddress.Parse("123.213.32.10"));
        IPEndPoint[] peers = [.. Enumerable.Range(0, 50).Select(i => new IPEndPoint(new IPAddress([(byte)(20 + i), 1, 1, 1]), 6881))];
        foreach (IPEndPoint peer in peers)
            _list.Add(peer, PeerSources.Tracker, _now);
        Assert.Equal(peers.OrderByDescending(_self.PriorityOf), Enumerable.Range(0, 50).Select(_ => Take().Endpoint));
    }

    [Fact]
    public void Who_gave_his_place_to_another_waits_for_long()
    {
        _list.Add(At("1.2.3.4:5"), PeerSources.Tracker, _now);
        PeerCandidate peer = Take();
        _list.Connected(peer, _now);
        _now += TimeSpan.FromMinutes(5);
        _list.Disconnected(peer, DisconnectReason.Limit, new ConnectionTrack(0, TimeSpan.FromMinutes(5), null), _now);
        Assert.InRange((peer.NotBefore - _now).TotalMinutes, 7, 13);
        Assert.Equal(0, peer.Failures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Whatever_happens_nobody_is_dialled_twice_too_early_or_in_vain(ulong seed)
    {
        var random = new SeededRandom(seed);
        var busy = new HashSet<PeerCandidate>();
        var own = At("10.0.0.1:1");
        _list.MarkSelf(own);
        for (int step = 0; step < 20_000; step++)
        {
            _now += TimeSpan.FromMilliseconds(random.Next(2000));
            var endpoint = new IPEndPoint(new IPAddress([10, 0, 0, (byte)random.Next(40)]), 1 + random.Next(3));
            switch (random.Next(6))
            {
                case 0:
                    _list.Add(endpoint, (PeerSources)(1 << random.Next(6)), _now);
                    break;
                case 1 when random.Chance(0.02):
                    _bans.Ban(endpoint);
                    break;
                case 2:
                    if (_list.ConnectedIncoming(new IPEndPoint(endpoint.Address, 9999), endpoint.Port, _now) is { } incoming)
                        Assert.True(busy.Add(incoming), $"seed {seed} step {step}: connected twice");
                    break;
                case 3 when busy.Count > 0:
                    PeerCandidate done = busy.ElementAt(random.Next(busy.Count));
                    busy.Remove(done);
                    _list.Disconnected(done, (DisconnectReason)random.Next((int)DisconnectReason.SocketError + 1), null, _now);
                    if (_bans.IsBanned(done.Endpoint) && done.State == CandidateState.Idle)
                        _list.RemoveBanned();
                    break;
                default:
                    MonoTime due = _list.NextDue;
                    if (!_list.TryTakeDue(_now, out PeerCandidate? taken))
                        break;
                    Assert.True(due <= _now);
                    Assert.True(taken!.NotBefore <= _now, $"seed {seed} step {step}: too early");
                    Assert.False(_bans.IsBanned(taken.Endpoint), $"seed {seed} step {step}: banned");
                    Assert.NotEqual(own, taken.Endpoint);
                    Assert.True(busy.Add(taken), $"seed {seed} step {step}: dialled twice");
                    if (random.Chance(0.5))
                        _list.Connected(taken, _now);
                    break;
            }

            Assert.Equal(busy.Count, busy.Select(peer => peer.Endpoint).Distinct().Count());
            Assert.True(_list.Count <= 120);
        }
    }

    private static IPEndPoint At(string endpoint) => IPEndPoint.Parse(endpoint);

    private static IPEndPoint Numbered(int i) => new(new IPAddress([20, 1, (byte)(i >> 8), (byte)i]), 6881);

    private PeerCandidate Take()
    {
        Assert.True(_list.TryTakeDue(_now, out PeerCandidate? candidate));
        return candidate!;
    }
}
