using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Trackers;

namespace Freshet.Simulation.Tests;

/// <summary>What is idle costs nothing: an hour of a session of many torrents is counted in wake-ups of its loop and in what its engine looked at.</summary>
public sealed class IdleTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void An_hour_of_torrents_that_nobody_comes_for_wakes_nothing(int torrents)
    {
        var swarm = new SimSwarm(seed: 1);
        SimNode node = swarm.Node();
        node.Command((engine, now) => Add(engine, torrents, [], now));
        swarm.World.Run(Settling);
        EngineWork before = node.Work;
        long turns = node.Turns;
        swarm.World.Run(Hour);
        Assert.Equal(default, node.Work - before);
        Assert.Equal(turns, node.Turns);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(5_000)]
    public void An_hour_of_torrents_with_a_tracker_costs_its_announces_and_no_more(int torrents)
    {
        var swarm = new SimSwarm(seed: 1);
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimNode node = swarm.Node();
        node.Command((engine, now) => Add(engine, torrents, ["http://tracker.example/announce"], now));
        swarm.World.Run(Settling);
        EngineWork before = node.Work;
        long turns = node.Turns;
        int announces = tracker.Announces;
        swarm.World.Run(Hour);
        announces = tracker.Announces - announces;
        EngineWork work = node.Work - before;

        // Twice an hour each, or once where a torrent is among those that come latest; an announce is a deadline and an answer, and nothing that is shown to anybody changes.
        Assert.InRange(announces, torrents, 2 * torrents);
        Assert.InRange(work.Deadlines, 0, 2 * announces);
        Assert.Equal(0, work.Torrents + work.Peers + work.Touched);
        Assert.InRange(node.Turns - turns, 0, 3 * announces);
    }

    /// <summary>Adds torrents as a restart does: whole, asleep, nothing known of them but a row.</summary>
    internal static void Add(SessionEngine engine, int torrents, string[] trackers, MonoTime now)
    {
        IReadOnlyList<IReadOnlyList<string>> tiers = trackers.Length == 0 ? [] : [trackers];
        byte[] hash = new byte[Sha1Hash.Length];
        for (int i = 0; i < torrents; i++)
        {
            BitConverter.TryWriteBytes(hash, i);
            var summary = new TorrentSummary(new InfoHashes(new Sha1Hash(hash), null), "idle", TotalBytes: 1_000_000, PieceCount: 4, IsPrivate: false, tiers);
            AddOutcome outcome = engine.AddTorrent(new TorrentSpec { Summary = summary, Directory = "/simulated", MaySleep = true }, now);
            Assert.True(outcome.IsAdded);
        }
    }
}
