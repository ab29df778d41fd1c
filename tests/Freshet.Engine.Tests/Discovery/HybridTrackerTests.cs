using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;

namespace Freshet.Engine.Tests.Discovery;

/// <summary>BEP 52: a hybrid is announced in two swarms, by its v1 hash and by its v2 hash cut to 20 bytes.</summary>
public sealed class HybridTrackerTests
{
    private static readonly InfoHash V1 = new(new Sha1Hash([.. Enumerable.Repeat((byte)'1', 20)]));
    private static readonly InfoHash V2 = new(new Sha1Hash([.. Enumerable.Repeat((byte)'2', 20)]));

    [Fact]
    public void Both_swarms_are_announced_and_their_peers_told_apart()
    {
        TrackerRig rig = Hybrid();
        Assert.Equal([V1, V2], rig.Fetches.Select(fetch => SwarmOf(fetch.Fetch)));
        Answer(rig, V1);
        Answer(rig, V2);
        Assert.Equal([V1, V2], rig.FoundIn);
    }

    [Fact]
    public void Bytes_are_counted_in_one_swarm_of_a_tracker_and_what_is_left_in_both()
    {
        TrackerRig rig = Hybrid();
        Answer(rig, V1);
        Answer(rig, V2);
        rig.Transfer = new TransferFigures(10, 20, 300, 0, 0);
        rig.Run(TrackerRig.Round);
        Assert.Contains("&uploaded=10&downloaded=20&left=300&", Last(rig, V1).Url.Query, StringComparison.Ordinal);
        Assert.Contains("&uploaded=0&downloaded=0&left=300&", Last(rig, V2).Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tracker_that_knows_only_the_v2_hash_counts_there()
    {
        TrackerRig rig = Hybrid();
        rig.Reply(Last(rig, V1), "d14:failure reason12:unregisterede");
        Answer(rig, V2);
        rig.Transfer = new TransferFigures(10, 20, 300, 0, 0);
        rig.Run(TrackerRig.Round);
        Assert.Contains("&uploaded=10&downloaded=20&left=300&", Last(rig, V2).Url.Query, StringComparison.Ordinal);
        Assert.Contains("&uploaded=0&downloaded=0&left=300&", Last(rig, V1).Url.Query, StringComparison.Ordinal);
        Assert.Equal(Freshet.Engine.Statistics.TrackerStatus.Announcing, Assert.Single(rig.Announcer.Snapshot(rig.Now)).Status);
    }

    [Fact]
    public void Each_swarm_hears_once_of_the_completion_and_of_the_end()
    {
        TrackerRig rig = Hybrid();
        Answer(rig, V1);
        Answer(rig, V2);
        rig.Announcer.Completed(rig.Now);
        Answer(rig, V1);
        Answer(rig, V2);
        rig.Run(4000);
        Answer(rig, V1);
        Answer(rig, V2);
        rig.Announcer.Stop(_ => { }, rig.Now);
        foreach (string why in (string[])["started", "completed", "stopped"])
        {
            Assert.Equal(
                [V1, V2], rig.Fetches.Where(fetch => fetch.Fetch.Url.Query.Contains($"&event={why}", StringComparison.Ordinal)).Select(fetch => SwarmOf(fetch.Fetch)));
        }
    }

    [Fact]
    public void One_by_one_the_tracker_whose_turn_it_is_hears_of_both_swarms()
    {
        var rig = new TrackerRig(5, [["http://a.example/announce"], ["http://b.example/announce"]], V1, V2) { TierOrder = TierOrder.OneByOne };
        rig.Start();
        Answer(rig, V1);
        Answer(rig, V2);
        rig.Run(4000);
        Assert.Contains(rig.Fetches, fetch => SwarmOf(fetch.Fetch) == V2);
        Assert.All(rig.Fetches, fetch => Assert.Equal("a.example", fetch.Fetch.Url.Host));
        Assert.Equal(0, rig.Changes);
    }

    /// <summary>Who seeds a hybrid is in both swarms: the two counts are not added up.</summary>
    [Fact]
    public void The_larger_count_of_the_two_swarms_is_shown()
    {
        TrackerRig rig = Hybrid();
        rig.Reply(Last(rig, V1), "d8:completei7e10:incompletei2e8:intervali1800e5:peers0:e");
        rig.Reply(Last(rig, V2), "d8:completei3e10:incompletei1e8:intervali1800e5:peers0:e");
        Assert.Equal((7, 2), Assert.Single(rig.Announcer.Snapshot(rig.Now)) is var tracker ? (tracker.Seeders, tracker.Leechers) : default);
    }

    private static TrackerRig Hybrid() => new TrackerRig(5, [["http://a.example/announce"]], V1, V2).Start();

    private static void Answer(TrackerRig rig, InfoHash swarm) => rig.Reply(Last(rig, swarm));

    private static HttpFetch Last(TrackerRig rig, InfoHash swarm) => rig.Fetches.Last(fetch => SwarmOf(fetch.Fetch) == swarm).Fetch;

    private static InfoHash SwarmOf(HttpFetch fetch) => fetch.Url.Query.Contains("info_hash=22222", StringComparison.Ordinal) ? V2 : V1;
}
