using Freshet.Engine.Discovery;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>What the one tracker of many torrents sees of a session: never more than a pace, and after the start no more bursts.</summary>
public sealed class StormTests
{
    private const int Torrents = 5_000;

    /// <summary>The most that a tracker sees in a second while a session starts: those that wait for the first connection id come late, and together.</summary>
    private const int MostInASecond = TrackerPlaces.PerSecond + TrackerPlaces.Burst + TrackerPlaces.PerHost;

    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("http://tracker.example/announce")]
    [InlineData("udp://tracker.example:80/announce")]
    public void A_tracker_is_told_of_many_torrents_in_their_order_at_a_pace_and_thereafter_spread(string url)
    {
        (SimSwarm swarm, SimTracker tracker, _) = Started(url);
        Assert.Equal(Torrents, tracker.Log.Count);
        Assert.Equal(Enumerable.Range(0, Torrents), tracker.Log.Select(announce => Number(announce.Swarm)));
        Assert.InRange(Densest(tracker, 0), TrackerPlaces.Burst, MostInASecond);
        swarm.World.Run(TimeSpan.FromHours(1));

        // A tenth of half an hour is more than three times as long as the start was.
        Assert.InRange(tracker.Log.Count, 2 * Torrents, 3 * Torrents);
        Assert.InRange(Densest(tracker, Torrents), 1, TrackerPlaces.PerSecond / 2);
    }

    /// <summary>A person who adds a download while thousands of seeds are being told of does not wait for them.</summary>
    [Theory]
    [InlineData("http://tracker.example/announce")]
    [InlineData("udp://tracker.example:80/announce")]
    public void A_download_is_announced_before_the_seeds_that_wait(string url)
    {
        var swarm = new SimSwarm(seed: 1);
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimNode node = swarm.Node();
        node.Command((engine, now) => IdleTests.Add(engine, Torrents, [url], now));
        swarm.World.Run(TimeSpan.FromSeconds(5));
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [200_000], url);
        node.Add(content);
        swarm.World.Run(TimeSpan.FromSeconds(3));
        string wanted = Convert.ToHexStringLower(content.Metainfo.Hashes.V1!.Value.Bytes);
        Assert.Contains(tracker.Log, announce => announce.Swarm.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        Assert.InRange(tracker.Log.Count, 1, Torrents / 2);
    }

    [Fact]
    public void The_end_of_a_session_says_goodbye_at_the_same_pace_and_is_bounded_in_time()
    {
        (SimSwarm swarm, SimTracker tracker, SimNode node) = Started("http://tracker.example/announce");
        node.Command((engine, now) => engine.Shutdown(now));
        swarm.World.Run(Announcer.StopPatience + TimeSpan.FromSeconds(1));
        Assert.True(node.IsQuiet);
        int goodbyes = tracker.Events.Count(happened => happened == "stopped");
        Assert.Equal(Torrents + goodbyes, tracker.Log.Count);
        Assert.InRange(goodbyes, TrackerPlaces.Burst, (int)(Announcer.StopPatience.TotalSeconds * TrackerPlaces.PerSecond) + TrackerPlaces.Burst);
        Assert.InRange(Densest(tracker, Torrents), 1, MostInASecond);
    }

    private static (SimSwarm Swarm, SimTracker Tracker, SimNode Node) Started(string url)
    {
        var swarm = new SimSwarm(seed: 1);
        SimTracker tracker = swarm.Tracker("tracker.example");
        SimNode node = swarm.Node();
        node.Command((engine, now) => IdleTests.Add(engine, Torrents, [url], now));
        swarm.World.Run(Settling);
        return (swarm, tracker, node);
    }

    /// <summary>The torrent's place in the order in which they were added.</summary>
    private static int Number(string swarm) => BitConverter.ToInt32(Convert.FromHexString(swarm));

    /// <summary>The most announces within a second, of those from one on.</summary>
    private static int Densest(SimTracker tracker, int from)
    {
        int most = 0;
        int first = from;
        for (int i = from; i < tracker.Log.Count; i++)
        {
            while (tracker.Log[i].At - tracker.Log[first].At >= TimeSpan.FromSeconds(1))
                first++;
            most = Math.Max(most, i - first + 1);
        }

        return most;
    }
}
