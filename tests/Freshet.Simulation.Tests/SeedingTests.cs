using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Torrents that have given enough, that wait for their turn, and that sleep while nobody is there.</summary>
public sealed class SeedingTests
{
    private const string Announce = "http://tracker.example/announce";
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000, Latency = TimeSpan.FromMilliseconds(20) };

    [Theory]
    [InlineData(GoalAction.Stop)]
    [InlineData(GoalAction.Remove)]
    public void A_seeder_that_has_given_enough_goes_and_the_rest_of_the_swarm_completes_itself(GoalAction action) => Scenario.Play(swarm =>
    {
        swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [1_000_000], Announce);
        SimNode seeder = swarm.Node(Line);
        swarm.Fill(seeder.Disk, content);
        TorrentId given = seeder.Add(content, spec => spec with { Goals = new SeedGoals { Ratio = 1.5, Action = action } });

        // So slow that they take more of the seeder than one copy for all.
        (SimNode Node, TorrentId Id)[] leechers = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            SimNode node = swarm.Node(Line with { UploadRate = 200_000 });
            return (node, node.Add(content, spec => spec with { Goals = new SeedGoals { IdleTime = TimeSpan.FromMinutes(2), Action = action } }));
        })];
        bool isEnough = swarm.World.RunUntil(() => IsOver(seeder, given, action), TimeSpan.FromMinutes(5));
        swarm.Must(isEnough, "the seeder goes when it has given one and a half times the content");
        foreach ((SimNode node, TorrentId id) in leechers)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(5));

        // Nobody takes anything any more.
        swarm.World.Run(TimeSpan.FromMinutes(3));
        swarm.Must(Array.TrueForAll(leechers, leecher => IsOver(leecher.Node, leecher.Id, action)), "so do those from whom nobody takes anything");
    });

    [Fact]
    public void Ten_torrents_of_which_three_may_run_complete_in_their_order() => Scenario.Play(swarm =>
    {
        SimNode seeder = swarm.Node(Line);
        SimNode leecher = swarm.Node(Line, new SimNodeSettings { Adapt = static settings => settings with { Queue = new QueueLimits { Downloads = 3 } } });
        var ids = new List<TorrentId>();
        for (int i = 0; i < 10; i++)
        {
            SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [400_000]);
            swarm.Fill(seeder.Disk, content);
            seeder.Add(content);
            ids.Add(leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint] }));
        }

        int most = 0;
        int done = 0;
        bool isDone = swarm.World.RunUntil(
            () =>
            {
                most = Math.Max(most, ids.Count(id => leecher.Status(id).State == TorrentState.Downloading));
                int first = ids.FindIndex(id => !leecher.IsFinished(id));
                int last = ids.FindLastIndex(leecher.IsFinished);
                done = ids.Count(leecher.IsFinished);

                // At any time three are at work, so that none is done before one that stands three places ahead.
                swarm.Must(first < 0 || last < first + 3, $"they are done in their order ({first} is not, {last} is)");
                return done == ids.Count;
            },
            TimeSpan.FromMinutes(5));
        swarm.Must(isDone, $"all are done ({done})");
        swarm.Must(most == 3, $"three run at a time ({most})");
        foreach (TorrentId id in ids)
            leecher.Checks.MustBeComplete(id);
    });

    [Fact]
    public void Seeds_that_sleep_wake_for_whoever_comes_serve_him_and_sleep_again() => Scenario.Play(swarm =>
    {
        SimTracker tracker = swarm.Tracker("tracker.example");
        tracker.Interval = 120;
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [600_000]);
        SimNode seeder = swarm.Node(Line);
        swarm.Fill(seeder.Disk, content);
        TorrentId id = Sleeper(swarm, seeder, content);

        // One that has its address dials it, twice. Of the third the tracker tells at the next announce.
        for (int turn = 0; turn < 3; turn++)
            Serve(swarm, seeder, tracker, content, isTold: turn == 2);

        // A process that dies asleep has lost nothing: its next life serves as well.
        seeder.Kill();
        SimNode again = swarm.Restart(seeder, Line);
        id = Sleeper(swarm, again, content);
        Serve(swarm, again, tracker, content, isTold: false);
        again.Checks.MustBeComplete(id);
    });

    private static bool IsOver(SimNode node, TorrentId id, GoalAction action)
        => action == GoalAction.Stop ? node.Status(id).State == TorrentState.Stopped : node.Find(id) is null;

    private static TorrentId Sleeper(SimSwarm swarm, SimNode node, SimContent content)
    {
        TorrentId id = node.Add(content, spec => spec with { MaySleep = true, ExtraTrackers = [Announce] });
        swarm.Must(swarm.World.RunUntil(() => node.Status(id).State == TorrentState.Seeding, TimeSpan.FromMinutes(1)), "it seeds");
        return id;
    }

    /// <summary>A leecher comes after so long a time that the seed sleeps, gets everything, and leaves.</summary>
    private static void Serve(SimSwarm swarm, SimNode seeder, SimTracker tracker, SimContent content, bool isTold)
    {
        // Whoever left is dialled some times more, which keeps it awake for some minutes.
        swarm.World.Run(TimeSpan.FromSeconds(900 + swarm.World.Random.Next(60)));
        int before = seeder.Notices.OfType<TorrentNeededNotice>().Count();
        SimNode leecher = swarm.Node(Line);
        tracker.Listed = isTold ? [leecher.Endpoint] : [];
        TorrentId id = leecher.Add(content, spec => spec with { Peers = isTold ? [] : [seeder.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        int wakings = seeder.Notices.OfType<TorrentNeededNotice>().Count() - before;
        swarm.Must(wakings == 1, $"the seed slept, and woke once ({wakings})");
        tracker.Listed = [];
        leecher.Command((engine, now) => engine.RemoveTorrent(id, now));
        swarm.World.RunUntil(() => leecher.Find(id) is null, TimeSpan.FromMinutes(1));
    }
}
