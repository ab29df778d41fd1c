using System.Net;
using Freshet.Engine.Discovery;

namespace Freshet.Engine.Tests.Discovery;

/// <summary>BEP 12: one tracker at a time.</summary>
public sealed class TierOrderTests
{
    private static readonly IPAddress Address = IPAddress.Parse("198.51.100.9");

    [Fact]
    public void The_next_tracker_is_asked_only_when_the_one_before_has_failed()
    {
        TrackerRig rig = Start(5, ["http://a.example/announce"], ["http://b.example/announce"], ["http://c.example/announce"]);
        Assert.Equal("a.example", Assert.Single(rig.Fetches).Fetch.Url.Host);
        rig.Reply(rig.Last, error: "refused");
        rig.ResolveAll(Address);
        Assert.Equal("b.example", rig.Last.Url.Host);
        rig.Reply(rig.Last, "d14:failure reason2:noe");
        rig.ResolveAll(Address);
        Assert.Equal("c.example", rig.Last.Url.Host);
        rig.Reply(rig.Last);
        Assert.Single(rig.Found);
        Assert.Equal(3, rig.Fetches.Count);
    }

    [Fact]
    public void A_name_that_cannot_be_looked_up_passes_the_turn_on()
    {
        TrackerRig rig = Rig(5, ["http://a.example/announce"], ["http://b.example/announce"]);
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll();
        rig.ResolveAll(Address);
        Assert.Equal("b.example", Assert.Single(rig.Fetches).Fetch.Url.Host);
    }

    [Fact]
    public void A_tier_is_shuffled_so_that_its_trackers_share_the_load()
    {
        string[] firsts = [.. Enumerable.Range(0, 60).Select(seed => Start((ulong)seed, ["http://a.example/announce", "http://b.example/announce", "http://c.example/announce"]).Last.Url.Host)];
        Assert.All(firsts.GroupBy(host => host, StringComparer.Ordinal), group => Assert.InRange(group.Count(), 8, 40));
        Assert.Equal(3, firsts.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Whoever_answers_is_the_first_of_its_tier_from_then_on()
    {
        TrackerRig rig = Start(5, ["http://a.example/announce", "http://b.example/announce"], ["http://z.example/announce"]);
        string dead = rig.Last.Url.Host;
        rig.Reply(rig.Last, error: "refused");
        rig.ResolveAll(Address);
        string alive = rig.Last.Url.Host;
        rig.Reply(rig.Last);
        for (int i = 0; i < 3; i++)
        {
            rig.Run(TrackerRig.Round);
            Assert.Equal(alive, rig.Last.Url.Host);
            rig.Reply(rig.Last);
        }

        Assert.Single(rig.Fetches, fetch => fetch.Fetch.Url.Host == dead);
        Assert.DoesNotContain(rig.Fetches, fetch => fetch.Fetch.Url.Host == "z.example");

        // Also in the next run.
        rig.Announcer.Stop(_ => { }, rig.Now);
        rig.Reply(rig.Last);
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll(Address);
        Assert.Equal(alive, rig.Last.Url.Host);
    }

    [Fact]
    public void A_better_tier_that_comes_back_takes_over_and_the_other_is_left()
    {
        TrackerRig rig = Start(5, ["http://a.example/announce"], ["http://b.example/announce"]);
        rig.Reply(rig.Last, error: "refused");
        rig.ResolveAll(Address);
        rig.Transfer = new TransferFigures(100, 0, 0, 0, 0);
        rig.Reply(rig.Last);
        Assert.Equal(0, rig.Changes);
        rig.Run(30);
        Assert.Equal("a.example", rig.Last.Url.Host);
        Assert.Contains("event=started", rig.Last.Url.Query, StringComparison.Ordinal);
        rig.Reply(rig.Last);
        Assert.Equal(1, rig.Changes);

        // No goodbye to the other: the two may share their lists.
        rig.Run(TrackerRig.Round);
        Assert.Equal("abaa", string.Concat(rig.Fetches.Select(fetch => fetch.Fetch.Url.Host[0])));
        rig.Reply(rig.Last);
        Assert.Equal(1, rig.Changes);
        rig.Announcer.Stop(_ => { }, rig.Now);
        Assert.Equal(("a.example", 5), (rig.Last.Url.Host, rig.Fetches.Count));
    }

    [Fact]
    public void A_change_of_order_takes_effect_at_once()
    {
        TrackerRig rig = new TrackerRig("http://a.example/announce", "http://b.example/announce").Start();
        rig.Reply(rig.Fetches[0].Fetch);
        rig.Reply(rig.Fetches[1].Fetch);
        rig.TierOrder = TierOrder.OneByOne;
        rig.Announcer.OrderChanged(rig.Now);
        rig.Run(TrackerRig.Round);
        Assert.Equal("a.example", rig.Last.Url.Host);
        Assert.Equal(3, rig.Fetches.Count);
        rig.Reply(rig.Last);
        rig.TierOrder = TierOrder.AllAtOnce;
        rig.Announcer.OrderChanged(rig.Now);
        rig.ResolveAll(Address);
        Assert.Equal(("b.example", true), (rig.Last.Url.Host, rig.Last.Url.Query.Contains("event=started", StringComparison.Ordinal)));
    }

    private static TrackerRig Start(ulong seed, params IReadOnlyList<string>[] tiers)
    {
        TrackerRig rig = Rig(seed, tiers);
        return rig.Start();
    }

    private static TrackerRig Rig(ulong seed, params IReadOnlyList<string>[] tiers) => new(seed, tiers) { TierOrder = TierOrder.OneByOne };
}
