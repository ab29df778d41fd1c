using System.Net;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Tests.Answering;

public sealed class TrackerCoreTests
{
    [Fact]
    public void Leechers_are_told_of_all_and_seeders_of_leechers_and_nobody_of_itself()
    {
        var rig = new TrackerRig();
        rig.Announce(Peers.Seeder(1));
        rig.Announce(Peers.Seeder(2));
        rig.Announce(Peers.Leecher(3));
        Assert.Equal(3, rig.Announce(Peers.Leecher(4)).Peers.Length);
        Assert.Equal([Endpoint(3), Endpoint(4)], rig.Announce(Peers.Seeder(1)).Peers.OrderBy(peer => peer.ToString(), StringComparer.Ordinal));
        Assert.Equal(new SwarmCounts(2, 2, 2, 0), rig.Counts());
    }

    [Fact]
    public void Events_move_peers_between_the_counts()
    {
        var rig = new TrackerRig();
        rig.Announce(Peers.Leecher(1) with { Event = CallEvent.Started });
        Assert.Equal(new SwarmCounts(0, 1, 1, 0), rig.Counts());
        rig.Announce(Peers.Leecher(1) with { Event = CallEvent.Paused });
        Assert.Equal(new SwarmCounts(0, 1, 0, 0), rig.Counts());
        rig.Announce(Peers.Seeder(1) with { Event = CallEvent.Completed });
        Assert.Equal(new SwarmCounts(1, 0, 0, 1), rig.Counts());

        // The same packet again is no second completion.
        rig.Announce(Peers.Seeder(1) with { Event = CallEvent.Completed });
        Assert.Equal(new SwarmCounts(1, 0, 0, 1), rig.Counts());
        Assert.Empty(rig.Announce(Peers.Seeder(1) with { Event = CallEvent.Stopped }).Peers);
        Assert.Equal(new SwarmCounts(0, 0, 0, 1), rig.Counts());
    }

    [Fact]
    public void Whoever_stops_without_having_been_there_makes_no_swarm()
    {
        var rig = new TrackerRig();
        Assert.Equal(Refusal.None, rig.Announce(Peers.Leecher(1) with { Event = CallEvent.Stopped }).Outcome.Refusal);
        Assert.Equal((0, 0), rig.Core.Totals());
    }

    [Fact]
    public void A_client_that_announces_over_both_families_with_its_key_counts_once_and_is_named_twice()
    {
        var rig = new TrackerRig();
        AnnounceCall v4 = Peers.Leecher(1) with { Key = 77 };
        AnnounceCall v6 = v4 with { Source = Peers.Address("2a00::7") };
        rig.Announce(v4);
        rig.Announce(v6);
        Assert.Equal(new SwarmCounts(0, 1, 1, 0), rig.Counts());
        Assert.Equal([IPEndPoint.Parse("44.0.0.1:6881"), IPEndPoint.Parse("[2a00::7]:6881")], rig.Announce(Peers.Leecher(2)).Peers);

        // It completes once, whichever family says so.
        rig.Announce(v4 with { Left = 0, Event = CallEvent.Completed });
        rig.Announce(v6 with { Left = 0, Event = CallEvent.Completed });
        Assert.Equal(new SwarmCounts(1, 1, 1, 1), rig.Counts());
        rig.Announce(v6 with { Left = 0, Event = CallEvent.Stopped });
        Assert.Equal(new SwarmCounts(1, 1, 1, 1), rig.Counts());
        rig.Announce(v4 with { Left = 0, Event = CallEvent.Stopped });
        Assert.Equal(new SwarmCounts(0, 1, 1, 1), rig.Counts());
    }

    [Fact]
    public void A_client_whose_address_changes_takes_its_place_along_if_it_knows_its_key()
    {
        var rig = new TrackerRig();
        AnnounceCall before = Peers.Leecher(1) with { Key = 5 };
        rig.Announce(before);
        rig.Announce(before with { Source = Peers.Address("44.9.9.9") });
        Assert.Equal([IPEndPoint.Parse("44.9.9.9:6881")], rig.Announce(Peers.Leecher(2)).Peers);

        // Another key, or none, moves nobody: peer ids are no secret.
        rig.Announce(before with { Source = Peers.Address("44.8.8.8"), Key = 6 });
        rig.Announce(before with { Source = Peers.Address("44.7.7.7"), Key = 0 });
        Assert.Contains(IPEndPoint.Parse("44.9.9.9:6881"), rig.Announce(Peers.Leecher(2)).Peers);
    }

    [Fact]
    public void A_peer_that_is_silent_for_two_intervals_is_forgotten_and_its_swarm_with_it()
    {
        var rig = new TrackerRig(new TrackerRules { Limits = new SwarmLimits { PeerLifetime = TimeSpan.FromMinutes(10) } });
        for (int i = 0; i < 50; i++)
            rig.Announce(Peers.Leecher(i, swarm: i % 7));
        rig.Pass(300);
        rig.Announce(Peers.Leecher(0));
        rig.Pass(299);
        Assert.Equal((7, 50), rig.Core.Totals());
        rig.Pass(152);
        Assert.Equal((1, 1), rig.Core.Totals());
        rig.Pass(600);
        Assert.Equal((0, 0), rig.Core.Totals());
    }

    [Fact]
    public void Time_may_jump_a_long_way()
    {
        var rig = new TrackerRig();
        rig.Announce(Peers.Leecher(1));
        rig.Now += 1_000_000;
        rig.Core.Advance(Peers.At(rig.Now));
        rig.Pass(3600);
        Assert.Equal((0, 0), rig.Core.Totals());
    }

    [Fact]
    public void Memory_is_bounded_by_torrents_peers_and_sources()
    {
        var limits = new SwarmLimits { MaxTorrents = 3, MaxPeers = 10, MaxPeersPerTorrent = 6, MaxPeersPerSource = 4 };
        var rig = new TrackerRig(new TrackerRules { Limits = limits });
        for (int port = 1; port <= 20; port++)
            rig.Announce(Peers.Leecher(1) with { Port = (ushort)port });
        Assert.Equal((1, 4), rig.Core.Totals());
        for (int i = 10; i < 30; i++)
            Assert.Equal(Refusal.None, rig.Announce(Peers.Leecher(i)).Outcome.Refusal);
        Assert.Equal((1, 6), rig.Core.Totals());
        for (int i = 0; i < 30; i++)
            rig.Announce(Peers.Leecher(i, swarm: 1));
        Assert.Equal((2, 10), rig.Core.Totals());
        Assert.Equal(Refusal.Full, rig.Announce(Peers.Leecher(1, swarm: 9)).Outcome.Refusal);

        // Those that there is no room for are given peers all the same.
        Assert.NotEmpty(rig.Announce(Peers.Leecher(99)).Peers);
    }

    [Fact]
    public void A_whole_64_of_ipv6_is_one_source()
    {
        var rig = new TrackerRig(new TrackerRules { Limits = new SwarmLimits { MaxPeersPerSource = 4 } });
        for (int i = 1; i < 50; i++)
            rig.Announce(Peers.Leecher(i) with { Source = Peers.Address($"2a00:1:2:3::{i:x}") });
        Assert.Equal(4, rig.Core.Totals().Peers);
    }

    [Fact]
    public void Only_listed_torrents_are_served_and_denied_ones_are_not()
    {
        var rig = new TrackerRig();
        rig.Core.Lists = new TorrentLists(InfoHashList.Read(new StringReader($"# mine\n{Peers.Hash(1)}\n\n  {Peers.Hash(2)}  # second")), null);
        Assert.Equal(Refusal.NotServed, rig.Announce(Peers.Leecher(1, swarm: 0)).Outcome.Refusal);
        Assert.Equal(Refusal.None, rig.Announce(Peers.Leecher(1, swarm: 2)).Outcome.Refusal);
        rig.Core.Lists = rig.Core.Lists with { Denied = InfoHashList.Read(new StringReader(Peers.Hash(2).ToString())) };
        Assert.Equal(Refusal.NotServed, rig.Announce(Peers.Leecher(1, swarm: 2)).Outcome.Refusal);
        Assert.Equal(default, rig.Counts(2));
    }

    [Theory]
    [InlineData("xyz", "line 1")]
    [InlineData("\n#c\n0123", "line 3")]
    public void A_list_says_which_line_is_wrong(string text, string where)
        => Assert.Contains(where, Assert.Throws<FormatException>(() => InfoHashList.Read(new StringReader(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_address_in_the_query_counts_only_from_local_networks_and_where_that_is_allowed()
    {
        AnnounceCall local = Peers.Leecher(1) with { Source = Peers.Address("192.168.1.2"), Claimed = Peers.Address("44.1.1.1") };
        AnnounceCall stranger = Peers.Leecher(2) with { Claimed = Peers.Address("44.2.2.2") };
        foreach (bool trusts in (bool[])[false, true])
        {
            var rig = new TrackerRig(new TrackerRules { TrustsLocalAddresses = trusts });
            rig.Announce(local);
            rig.Announce(stranger);
            IPEndPoint[] peers = rig.Announce(Peers.Leecher(3)).Peers;
            Assert.Contains(IPEndPoint.Parse(trusts ? "44.1.1.1:6881" : "192.168.1.2:6881"), peers);
            Assert.Contains(Endpoint(2), peers);
        }
    }

    [Fact]
    public void Who_cannot_be_connected_to_is_given_peers_and_is_none()
    {
        var rig = new TrackerRig();
        rig.Announce(Peers.Seeder(1));
        Assert.Single(rig.Announce(Peers.Leecher(2) with { Port = 0 }).Peers);
        Assert.Equal(new SwarmCounts(1, 0, 0, 0), rig.Counts());
    }

    [Theory]
    [InlineData(-1, 50)]
    [InlineData(0, 0)]
    [InlineData(30, 30)]
    [InlineData(int.MaxValue, 200)]
    public void The_number_of_peers_is_what_was_asked_for_within_bounds(int wanted, int named)
    {
        var rig = new TrackerRig();
        for (int i = 0; i < 300; i++)
            rig.Announce(Peers.Leecher(i) with { Wanted = 0 });
        Assert.Equal(named, rig.Announce(Peers.Leecher(500) with { Wanted = wanted }).Peers.Length);
    }

    [Fact]
    public void Over_http_the_rest_is_filled_up_with_the_other_family_and_over_udp_never()
    {
        var rig = new TrackerRig();
        rig.Announce(Peers.Leecher(1));
        rig.Announce(Peers.Leecher(2) with { Source = Peers.Address("2a00::2") });
        Assert.Equal(2, rig.Announce(Peers.Leecher(3)).Peers.Length);
        Assert.Single(rig.Announce(Peers.Leecher(3), bothFamilies: false).Peers, Endpoint(1));
    }

    [Fact]
    public void Intervals_are_spread_and_the_same_for_a_client_each_time()
    {
        var rig = new TrackerRig();
        int[] intervals = [.. Enumerable.Range(0, 50).Select(i => rig.Announce(Peers.Leecher(i)).Outcome.IntervalSeconds)];
        Assert.All(intervals, interval => Assert.InRange(interval, 1800, 1980));
        Assert.True(intervals.Distinct().Count() > 20);
        Assert.Equal(intervals[7], rig.Announce(Peers.Leecher(7)).Outcome.IntervalSeconds);
    }

    // What a plain list of clients would count, whatever they announce, over whichever family.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Counts_are_those_of_the_clients_after_a_random_history(ulong seed)
    {
        var random = new SeededRandom(seed);
        var rig = new TrackerRig(seed: seed);
        var clients = new Dictionary<int, (PeerKind Kind, bool IPv4, bool IPv6)>();
        for (int step = 0; step < 5000; step++)
        {
            int number = 1 + random.Next(60);
            bool isIPv6 = random.Chance(0.5);
            bool stops = random.Chance(0.3);
            var kind = (PeerKind)random.Next(3);
            AnnounceCall call = Peers.Leecher(number) with
            {
                Key = (ulong)number,
                Left = kind == PeerKind.Seeder ? 0 : 5,
                Event = stops ? CallEvent.Stopped : kind == PeerKind.PartialSeed ? CallEvent.Paused : CallEvent.None,
            };
            rig.Announce(isIPv6 ? call with { Source = Peers.Address($"2a00:{number:x}::1") } : call);
            (PeerKind Kind, bool IPv4, bool IPv6) now = clients.GetValueOrDefault(number);
            bool here = !stops;
            now = isIPv6 ? now with { IPv6 = here } : now with { IPv4 = here };
            if (!stops)
                now.Kind = kind;
            clients[number] = now;
            (PeerKind Kind, bool IPv4, bool IPv6)[] there = [.. clients.Values.Where(client => client.IPv4 || client.IPv6)];
            int downloaders = there.Count(client => client.Kind == PeerKind.Leecher);
            Assert.Equal(
                new SwarmCounts(there.Count(client => client.Kind == PeerKind.Seeder), downloaders + there.Count(client => client.Kind == PeerKind.PartialSeed), downloaders, 0),
                rig.Counts());
        }
    }

    private static IPEndPoint Endpoint(int number) => new(IPAddress.Parse($"44.0.0.{number}"), 6881);
}
