using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>How Freshets find each other and what they grant each other: double connects, themselves, lossy trackers, IPv6, allowed-fast pieces.</summary>
public sealed class MeetingTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 400_000 };

    [Fact]
    public void Two_that_dial_each_other_at_once_keep_one_connection() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        SimNode one = swarm.Node(Line);
        SimNode other = swarm.Node(Line);
        swarm.Fill(one.Disk, content);
        TorrentId atOne = one.Add(content, spec => spec with { Peers = [other.Endpoint] });
        swarm.World.Run(TimeSpan.FromMilliseconds(swarm.World.Random.Next(80)));
        TorrentId atOther = other.Add(content, spec => spec with { Peers = [one.Endpoint] });
        swarm.World.Run(TimeSpan.FromSeconds(3));
        swarm.Must(one.Status(atOne).Peers == 1 && other.Status(atOther).Peers == 1, "one connection is left at each side");
        swarm.MustComplete(other, atOther, TimeSpan.FromMinutes(1));
        swarm.Must(Connects(one) <= 3 && Connects(other) <= 3, "they do not connect again and again");
    });

    [Fact]
    public void A_tracker_that_names_ourselves_makes_no_connection_to_ourselves_for_long() => Scenario.Play(swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        tracker.NamesAsker = true;
        tracker.Interval = 60;
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [500_000], "http://tracker.example/announce");
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content);
        swarm.World.Run(TimeSpan.FromHours(1));
        swarm.Must(tracker.Announces > 30, "the tracker was asked in its interval");
        swarm.Must(node.Status(id).Peers == 0, "we are no peer of ours");
        swarm.Must(node.Notices.OfType<PeerClosedNotice>().Count() <= 2, "our own address is dialled once");
    });

    [Fact]
    public void A_choked_peer_gets_its_allowed_fast_pieces_and_no_more() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [2_000_000]);
        SimNode seeder = swarm.Seeder(content, settings: new SimNodeSettings { Adapt = static settings => settings with { UploadSlots = 0 } });
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Status(id).PiecesDone == 10, $"the allowed-fast set came, and only that ({leecher.Status(id).PiecesDone} pieces)");
        seeder.Command((engine, now) => engine.Apply(engine.Settings with { UploadSlots = 4 }, now));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Status(id).Wasted == 0, "nothing came twice");
    });

    [Fact]
    public void A_udp_tracker_is_reached_over_a_line_that_loses_reorders_and_doubles() => Scenario.Play(swarm =>
    {
        var bad = new SimLinkSettings { Loss = 0.2, Reorder = 0.3, Duplicate = 0.2, Latency = TimeSpan.FromMilliseconds(60) };
        SimTracker tracker = swarm.Tracker("tracker.example", link: bad);
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_000_000], "udp://tracker.example:80/announce");
        swarm.Seeder(content);
        swarm.World.RunUntil(() => tracker.Peers(content.Metainfo.Hashes.Primary).Count > 0, TimeSpan.FromMinutes(10));
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(30));
    });

    [Fact]
    public void A_swarm_of_IPv6_addresses_alone_works() => Scenario.Play(swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example", swarm.NextIPv6Address());
        SimContent content = SimContent.Make(
            swarm.World.Fork(), 64 * 1024, [2_000_000], "http://tracker.example/announce", "udp://tracker.example:80/announce");
        swarm.Seeder(content, Line, address: swarm.NextIPv6Address());
        swarm.World.RunUntil(() => tracker.Peers(content.Metainfo.Hashes.Primary).Count > 0, TimeSpan.FromMinutes(1));
        (SimNode Node, TorrentId Id)[] leechers = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            SimNode node = swarm.Node(Line, address: swarm.NextIPv6Address());
            return (node, node.Add(content));
        })];
        foreach ((SimNode node, TorrentId id) in leechers)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void Hundreds_of_dead_addresses_do_not_hide_the_one_that_lives() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [500_000]);
        SimNode seeder = swarm.Seeder(content, Line);
        List<IPEndPoint> addresses = [.. Enumerable.Range(0, 300).Select(_ => new IPEndPoint(swarm.NextAddress(), 6881))];
        addresses.Insert(swarm.World.Random.Next(addresses.Count), seeder.Endpoint);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = addresses });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(4));
    });

    private static int Connects(SimNode node) => node.Notices.OfType<PeerConnectedNotice>().Count();
}
