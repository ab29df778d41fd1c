using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Swarms of many: who comes all at once, who is fast and who is slow, who leaves early, and villains by the dozen (THREATS W1 to W5, W12).</summary>
public sealed class CrowdTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 400_000, DownloadRate = 2_000_000, Latency = TimeSpan.FromMilliseconds(30) };

    [Fact]
    public void A_crowd_that_comes_all_at_once_is_served_by_one_seeder() => Scenario.Play(swarm =>
    {
        SimContent content = Announced(swarm, 32 * 1024, 1_500_000);
        swarm.Seeder(content, Line);
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimNode[] crowd = [.. Enumerable.Range(0, 20).Select(_ => swarm.Node(Line, Small))];
        TorrentId[] ids = [.. crowd.Select(node => node.Add(content))];
        AllMustComplete(swarm, crowd, ids, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void A_seeder_that_dies_with_one_copy_out_leaves_a_swarm_that_completes_itself() => Scenario.Play(swarm =>
    {
        SimContent content = Announced(swarm, 32 * 1024, 2_000_000);
        SimNode seeder = swarm.Seeder(content, Line);
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimNode[] crowd = [.. Enumerable.Range(0, 6).Select(_ => swarm.Node(Line, Small))];
        TorrentId[] ids = [.. crowd.Select(node => node.Add(content))];
        bool isOut = swarm.World.RunUntil(() => Union(crowd, ids).IsFull, TimeSpan.FromMinutes(5));
        swarm.Must(isOut, "one copy gets out");
        seeder.Kill();
        AllMustComplete(swarm, crowd, ids, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void A_seeder_that_dies_too_early_and_comes_back_is_asked_for_what_is_missing_alone() => Scenario.Play(swarm =>
    {
        SimContent content = Announced(swarm, 32 * 1024, 2_000_000);
        SimNode seeder = swarm.Seeder(content, Line);
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimNode[] crowd = [.. Enumerable.Range(0, 4).Select(_ => swarm.Node(Line, Small))];
        TorrentId[] ids = [.. crowd.Select(node => node.Add(content))];
        swarm.World.RunUntil(() => Union(crowd, ids).Count > content.Layout.PieceCount / 3, TimeSpan.FromMinutes(5));
        seeder.Kill();
        swarm.World.Run(TimeSpan.FromMinutes(2));
        Bitfield union = Union(crowd, ids);
        for (int i = 0; i < crowd.Length; i++)
            swarm.Must(crowd[i].Pieces(ids[i]).Count == union.Count, "without the seeder everybody gets what anybody has");

        SimNode back = swarm.Restart(seeder, Line);
        back.Add(content);
        AllMustComplete(swarm, crowd, ids, TimeSpan.FromMinutes(20));
    });

    [Fact]
    public void Slow_members_do_not_hold_up_fast_ones() => Scenario.Play(swarm =>
    {
        SimContent content = Announced(swarm, 32 * 1024, 3_000_000);
        swarm.Seeder(content, Line with { UploadRate = 1_000_000 });
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimLinkSettings[] lines =
        [
            .. Enumerable.Repeat(Line with { UploadRate = 1_000_000, DownloadRate = 8_000_000 }, 4),
            .. Enumerable.Repeat(Line with { UploadRate = 40_000, DownloadRate = 200_000, Latency = TimeSpan.FromMilliseconds(150) }, 8),
        ];
        SimNode[] nodes = [.. lines.Select(line => swarm.Node(line, Small))];
        TorrentId[] ids = [.. nodes.Select(node => node.Add(content))];
        AllMustComplete(swarm, nodes[..4], ids[..4], TimeSpan.FromSeconds(60));
        AllMustComplete(swarm, nodes, ids, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void Who_only_pretends_to_make_progress_starves_nobody() => Scenario.Play(swarm =>
    {
        SimContent content = Announced(swarm, 32 * 1024, 1_500_000);
        SimNode seeder = swarm.Seeder(content, Line);
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimNode[] crowd = [.. Enumerable.Range(0, 5).Select(_ => swarm.Node(Line, Small))];
        TorrentId[] ids = [.. crowd.Select(node => node.Add(content))];
        for (int i = 0; i < 8; i++)
        {
            var pretender = new Pretender(
                swarm.World, swarm.Network, swarm.NextAddress(), content, TimeSpan.FromMilliseconds(100 + swarm.World.Random.Next(900)));
            pretender.Dial(seeder.Endpoint);
            foreach (SimNode node in crowd)
                pretender.Dial(node.Endpoint);
        }

        AllMustComplete(swarm, crowd, ids, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void Two_hundred_that_drip_behind_a_length_of_4_GiB_cost_no_memory() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node(settings: new SimNodeSettings { Memory = 4 * 1024 * 1024 });
        LengthDripper[] drippers = [.. Enumerable.Range(0, 200).Select(_ => new LengthDripper(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        leecher.Checks.Villains.UnionWith(drippers.Select(static villain => villain.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [honest.Endpoint] });
        foreach (LengthDripper dripper in drippers)
        {
            swarm.World.Run(TimeSpan.FromMilliseconds(swarm.World.Random.Next(20)));
            dripper.Dial(leecher.Endpoint);
        }

        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.World.Run(TimeSpan.FromSeconds(2));
        swarm.Must(drippers.Sum(static villain => villain.OpenConnections) == 0, "such a length ends its connection");
    });

    [Fact]
    public void Floods_of_haves_and_of_requests_whose_answers_nobody_reads_stop_no_seeder() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [2_000_000]);
        SimNode seeder = swarm.Seeder(content, Line, new SimNodeSettings { Memory = 4 * 1024 * 1024 });
        for (int i = 0; i < 4; i++)
        {
            ScriptedPeer[] villains =
            [
                new RequestFlooder(swarm.World, swarm.Network, swarm.NextAddress(), content),
                new HaveFlooder(swarm.World, swarm.Network, swarm.NextAddress(), content),
            ];
            foreach (ScriptedPeer villain in villains)
            {
                seeder.Checks.Villains.Add(villain.Endpoint.Address);
                villain.Dial(seeder.Endpoint);
            }
        }

        swarm.World.Run(TimeSpan.FromSeconds(2));
        SimNode[] honest = [.. Enumerable.Range(0, 3).Select(_ => swarm.Node(Line, Small))];
        TorrentId[] ids = [.. honest.Select(node => node.Add(content, spec => spec with { Peers = [seeder.Endpoint] }))];
        AllMustComplete(swarm, honest, ids, TimeSpan.FromMinutes(10));
    });

    private static SimNodeSettings Small => new() { Memory = 2 * 1024 * 1024 };

    private static SimContent Announced(SimSwarm swarm, int pieceLength, int length)
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        tracker.Interval = 60;
        return SimContent.Make(swarm.World.Fork(), pieceLength, [length], "http://tracker.example/announce");
    }

    private static void AllMustComplete(SimSwarm swarm, SimNode[] nodes, TorrentId[] ids, TimeSpan limit)
    {
        swarm.World.RunUntil(() => nodes.Zip(ids).All(static member => member.First.IsFinished(member.Second)), limit);
        for (int i = 0; i < nodes.Length; i++)
            nodes[i].Checks.MustBeComplete(ids[i]);
    }

    private static Bitfield Union(SimNode[] nodes, TorrentId[] ids)
    {
        Bitfield union = nodes[0].Pieces(ids[0]).Clone();
        for (int i = 1; i < nodes.Length; i++)
        {
            Bitfield pieces = nodes[i].Pieces(ids[i]);
            for (int piece = pieces.NextSet(0); piece >= 0; piece = pieces.NextSet(piece + 1))
                union[piece] = true;
        }

        return union;
    }
}
