using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>More peers than places, most of them of no use.</summary>
public sealed class FullSwarmTests
{
    private const string Tracker = "http://tracker.example/announce";
    private static readonly SimLinkSettings Line = new() { UploadRate = 400_000 };

    [Fact]
    public void A_torrent_full_of_misers_finds_the_seeder_that_came_later() => Scenario.Play(10, swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_000_000], Tracker);
        Miser[] misers = [.. Enumerable.Range(0, 12).Select(_ => new Miser(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        tracker.Listed = [.. misers.Select(miser => miser.Endpoint)];
        SimNode leecher = swarm.Node(settings: Places(10));
        TorrentId id = leecher.Add(content);
        swarm.World.Run(TimeSpan.FromMinutes(3));
        swarm.Must(leecher.Status(id).Peers == 10, "every place is taken by a miser");
        swarm.Seeder(content, Line);
        swarm.MustComplete(leecher, id, TimeSpan.FromHours(3));
        swarm.Must(leecher.Notices.OfType<PeerClosedNotice>().Count(notice => notice.Reason == DisconnectReason.Limit) <= 25, "places change hands slowly");
    });

    [Fact]
    public void Whoever_gives_keeps_its_place_however_many_wait() => Scenario.Play(10, swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        tracker.Interval = 60;
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [8_000_000], Tracker);
        SimNode seeder = swarm.Seeder(content, new SimLinkSettings { UploadRate = 2_500 });
        swarm.World.Run(TimeSpan.FromSeconds(5));
        SimNode leecher = swarm.Node(settings: Places(10));
        TorrentId id = leecher.Add(content);
        swarm.World.RunUntil(() => leecher.Status(id).Peers == 1, TimeSpan.FromMinutes(2));
        tracker.Listed = [.. Enumerable.Range(0, 30).Select(_ => new Miser(swarm.World, swarm.Network, swarm.NextAddress(), content).Endpoint)];
        swarm.World.Run(TimeSpan.FromMinutes(45));
        swarm.Must(!leecher.IsFinished(id) && leecher.Status(id).PiecesDone > 20, "the seeder gives all the time");
        PeerClosedNotice[] gone = [.. leecher.Notices.OfType<PeerClosedNotice>().Where(notice => notice.Reason == DisconnectReason.Limit)];
        swarm.Must(gone.Length is >= 5 and <= 10, $"places change hands ({gone.Length})");
        swarm.Must(!Array.Exists(gone, notice => notice.Endpoint.Address.Equals(seeder.Address)), "whoever gives keeps its place");
    });

    /// <summary>THREATS U8: a tracker that names whatever it likes.</summary>
    [Fact]
    public void Ten_thousand_made_up_addresses_cost_little_and_hide_no_seeder_for_long() => Scenario.Play(5, swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [1_000_000], Tracker);
        IPEndPoint[] invented = [.. Enumerable.Range(0, 10_000).Select(i => new IPEndPoint(new IPAddress([77, (byte)(i >> 8), (byte)i, 7]), 6881))];
        SimNode seeder = swarm.Seeder(content, Line);
        tracker.Listed = [.. invented.Take(2000), seeder.Endpoint, .. invented.Skip(2000)];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content);
        int most = 0;
        for (int i = 0; i < 60; i++)
        {
            swarm.World.Run(TimeSpan.FromSeconds(1));
            most = Math.Max(most, leecher.Status(id).Connecting);
            swarm.Must(leecher.Status(id).KnownPeers <= 3000, "the list of addresses is bounded");
        }

        swarm.Must(most <= 50, $"at most 50 connections are being opened ({most})");
        swarm.MustComplete(leecher, id, TimeSpan.FromHours(1));
        swarm.Must(leecher.Notices.OfType<PeerClosedNotice>().Count() <= 30 * 3600, "no more than 30 are dialled a second");
    });

    private static SimNodeSettings Places(int places) => new() { Adapt = settings => settings with { MaxConnectionsPerTorrent = places } };
}
