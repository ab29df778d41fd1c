using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Statistics;

namespace Freshet.Engine.Tests.Discovery;

public sealed class AnnouncerTests
{
    private const string One = "http://one.example/announce";
    private const string Two = "http://two.example/announce";

    [Fact]
    public void All_tiers_are_asked_at_once_and_peers_are_handed_on_at_once()
    {
        TrackerRig rig = new TrackerRig(One, Two, "https://three.example/announce").Start();
        Assert.Equal(3, rig.Fetches.Count);
        Assert.All(rig.Fetches, fetch => Assert.Contains("event=started", fetch.Fetch.Url.Query, StringComparison.Ordinal));
        rig.Reply(rig.Fetches[1].Fetch);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 256), rig.Found.Single());
        Assert.Equal([TrackerStatus.Announcing, TrackerStatus.Working, TrackerStatus.Announcing], rig.Announcer.Snapshot(rig.Now).Select(t => t.Status));
    }

    [Fact]
    public void Figures_are_those_of_the_moment_and_the_key_stays()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        Assert.Contains("&left=1000&", rig.Query(0), StringComparison.Ordinal);
        Assert.Contains("&numwant=50&", rig.Query(0), StringComparison.Ordinal);
        Assert.Contains("&port=7000&", rig.Query(0), StringComparison.Ordinal);
        rig.Reply(rig.Last);
        rig.Transfer = new TransferFigures(11, 22, 33, 44, 55);
        rig.Run(TrackerRig.Round);
        Assert.Contains("&uploaded=11&downloaded=22&left=33&corrupt=44&redundant=55&", rig.Query(1), StringComparison.Ordinal);
        Assert.DoesNotContain("event=", rig.Query(1), StringComparison.Ordinal);
        string key = rig.Query(0)[rig.Query(0).IndexOf("&key=", StringComparison.Ordinal)..][..13];
        Assert.Contains(key, rig.Query(1), StringComparison.Ordinal);
    }

    [Fact]
    public void The_tracker_id_goes_back_in_every_later_announce()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Reply(rig.Last, "d8:intervali60e5:peers0:10:tracker id3:a/be");
        rig.Run(66);
        Assert.Contains("&trackerid=a%2Fb", rig.Query(1), StringComparison.Ordinal);
    }

    /// <summary>THREATS F6: the dead tracker's back-off is its own.</summary>
    [Fact]
    public void A_dead_tracker_backs_off_by_itself_and_never_delays_a_live_one()
    {
        TrackerRig rig = new TrackerRig(One, Two).Start();
        rig.Reply(rig.Fetches[1].Fetch);
        var times = new List<double>();
        MonoTime start = rig.Now;
        for (int i = 0; i < 8; i++)
        {
            HttpFetch dead = rig.Fetches.Last(fetch => fetch.Fetch.Url.Host == "one.example").Fetch;
            int before = rig.Fetches.Count(fetch => fetch.Fetch.Url.Host == "one.example");
            rig.Reply(dead, error: "timed out");
            MonoTime failedAt = rig.Now;
            while (rig.Fetches.Count(fetch => fetch.Fetch.Url.Host == "one.example") == before)
            {
                rig.Run(1);
                foreach ((HttpFetch fetch, _) in rig.Fetches.Where(fetch => fetch.Fetch.Url.Host == "two.example").TakeLast(1))
                    rig.Reply(fetch);
            }

            times.Add((rig.Now - failedAt).TotalSeconds);
        }

        Assert.Equal([60, 120, 240, 480, 960, 1920, 3600, 3600], times);
        int live = rig.Fetches.Count(fetch => fetch.Fetch.Url.Host == "two.example");
        double seconds = (rig.Now - start).TotalSeconds;
        Assert.InRange(live, (int)(seconds / TrackerRig.Round) + 1, (int)(seconds / 1800) + 1);
    }

    [Fact]
    public void A_new_torrent_retries_quickly()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Reply(rig.Last, error: "refused");
        rig.Run(29);
        Assert.Single(rig.Fetches);
        rig.Run(1);
        Assert.Equal(2, rig.Fetches.Count);
        Assert.Contains("event=started", rig.Query(1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_cannot_be_resolved_is_retried_with_the_same_back_off()
    {
        var rig = new TrackerRig(One);
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll();
        Assert.Contains("cannot be resolved", rig.Notices.Single().Error, StringComparison.Ordinal);
        rig.Run(30);
        Assert.Single(rig.Resolves);
        rig.ResolveAll(IPAddress.Parse("198.51.100.9"));
        Assert.Single(rig.Fetches);
    }

    /// <summary>BEP 31.</summary>
    [Fact]
    public void Retry_in_is_obeyed_and_never_ends_it()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Reply(rig.Last, "d14:failure reason4:full8:retry ini5ee");
        rig.Run(299);
        Assert.Single(rig.Fetches);
        rig.Run(1);
        Assert.Equal(2, rig.Fetches.Count);
        rig.Reply(rig.Last, "d14:failure reason4:gone8:retry in5:nevere");
        rig.Run(100_000);
        Assert.Equal(2, rig.Fetches.Count);
        TrackerSnapshot tracker = rig.Announcer.Snapshot(rig.Now).Single();
        Assert.Equal((TrackerStatus.Disabled, "gone"), (tracker.Status, tracker.Message));
    }

    [Fact]
    public void Completed_is_said_once_and_at_once()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Reply(rig.Last);
        rig.Transfer = rig.Transfer with { Left = 0 };
        rig.Announcer.Completed(rig.Now);
        Assert.Contains("event=completed", rig.Query(1), StringComparison.Ordinal);
        rig.Reply(rig.Last);
        rig.Run(TrackerRig.Round);
        Assert.DoesNotContain("event=", rig.Query(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Completed_waits_for_the_started_that_is_under_way()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Announcer.Completed(rig.Now);
        Assert.Single(rig.Fetches);
        rig.Reply(rig.Last);
        Assert.Equal(2, rig.Fetches.Count);
        Assert.Contains("event=completed", rig.Query(1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_torrent_short_of_peers_asks_again_after_the_minimum_interval_only_where_one_is_named()
    {
        TrackerRig rig = new TrackerRig(One, Two).Start();
        rig.Reply(rig.Fetches[0].Fetch);
        rig.Reply(rig.Fetches[1].Fetch, "d8:intervali1800e5:peers0:e");
        rig.IsShortOfPeers = true;
        rig.Announcer.PeersNeeded(rig.Now);
        rig.Run(299);
        Assert.Equal(2, rig.Fetches.Count);
        rig.Run(1);
        Assert.Equal("one.example", rig.Last.Url.Host);
        rig.Run(1000);
        Assert.Equal(3, rig.Fetches.Count);
    }

    [Fact]
    public void A_person_may_hurry_but_not_below_thirty_seconds()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Reply(rig.Last);
        rig.Run(10);
        rig.Announcer.Hurry(rig.Now);
        rig.Run(19);
        Assert.Single(rig.Fetches);
        rig.Run(1);
        Assert.Equal(2, rig.Fetches.Count);
        rig.Reply(rig.Last);
        rig.Run(1799);
        Assert.Equal(2, rig.Fetches.Count);
    }

    /// <summary>A storm is more than one announce in 30 s that is no event, whatever the tracker says (chaos 21).</summary>
    [Theory]
    [InlineData("d8:intervali0e5:peers0:e")]
    [InlineData("d8:intervali-1e5:peers0:e")]
    [InlineData("d8:intervali1e12:min intervali1e5:peers0:e")]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("d14:failure reason2:noe")]
    public void No_answer_makes_a_storm(string body)
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.IsShortOfPeers = true;
        for (int i = 0; i < 600; i++)
        {
            if (rig.Fetches.Count > 0)
                rig.Reply(rig.Last, body);
            rig.Announcer.PeersNeeded(rig.Now);
            rig.Run(1);
        }

        Assert.InRange(rig.Fetches.Count, 1, 21);
        for (int i = 1; i < rig.Fetches.Count; i++)
            Assert.True(rig.Fetches[i].At - rig.Fetches[i - 1].At >= TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Each_address_family_of_a_tracker_is_announced_by_itself()
    {
        var rig = new TrackerRig(One);
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll(IPAddress.Parse("198.51.100.9"), IPAddress.Parse("2001:db8::9"));
        Assert.Equal([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6], rig.Fetches.Select(fetch => fetch.Fetch.Family!.Value));
        rig.Reply(rig.Fetches[0].Fetch);
        rig.Reply(rig.Fetches[1].Fetch, error: "network unreachable");
        Assert.All(rig.Notices, notice => Assert.Null(notice.Error));
        Assert.Equal(TrackerStatus.Working, rig.Announcer.Snapshot(rig.Now).Single().Status);
    }

    [Fact]
    public void A_session_without_ipv6_announces_over_ipv4_alone()
    {
        var rig = new TrackerRig(One) { };
        rig.Settings = rig.Settings with { UseIPv6 = false };
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll(IPAddress.Parse("198.51.100.9"), IPAddress.Parse("2001:db8::9"));
        Assert.Equal(AddressFamily.InterNetwork, rig.Last.Family);
        Assert.Single(rig.Fetches);
    }

    [Fact]
    public void Stop_tells_those_who_know_us_and_takes_three_seconds_at_the_most()
    {
        TrackerRig rig = new TrackerRig(One, Two, "http://three.example/announce").Start();
        rig.Reply(rig.Fetches[0].Fetch);
        rig.Reply(rig.Fetches[1].Fetch, error: "refused");
        rig.Fetches.Clear();
        MonoTime? stoppedAt = null;
        rig.Announcer.Stop(at => stoppedAt = at, rig.Now);

        // The third was being asked: it may have heard us.
        string[] hosts = [.. rig.Fetches.Select(fetch => fetch.Fetch.Url.Host)];
        Assert.Equal(["one.example", "three.example"], hosts);
        Assert.All(rig.Fetches, fetch => Assert.Contains("event=stopped", fetch.Fetch.Url.Query, StringComparison.Ordinal));
        Assert.All(rig.Fetches, fetch => Assert.Equal(TimeSpan.FromSeconds(3), fetch.Fetch.Timeout));
        rig.Reply(rig.Fetches[0].Fetch);
        Assert.Null(stoppedAt);
        MonoTime start = rig.Now;
        rig.Run(10);
        Assert.Equal(start + TimeSpan.FromSeconds(3), stoppedAt);
        rig.Run(100_000);
        Assert.Equal(2, rig.Fetches.Count);
    }

    [Fact]
    public void A_start_after_a_stop_says_started_again()
    {
        TrackerRig rig = new TrackerRig(One).Start();
        rig.Reply(rig.Last);
        rig.Announcer.Stop(_ => { }, rig.Now);
        rig.Reply(rig.Last);
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll(IPAddress.Parse("198.51.100.9"));
        Assert.Contains("event=started", rig.Query(2), StringComparison.Ordinal);
    }

    /// <summary>THREATS H2, B12.</summary>
    [Fact]
    public void Urls_that_cannot_be_used_are_left_out_with_a_notice_and_there_is_a_limit()
    {
        var rig = new TrackerRig("file:///etc/passwd", "ftp://one.example/announce", One, One, "wss://one.example/announce");
        rig.Start();
        Assert.Single(rig.Fetches);
        Assert.Equal(3, rig.Notices.Count);
        var many = new TrackerRig([.. Enumerable.Range(0, 1000).Select(i => $"http://t{i}.example/announce")]);
        Assert.Equal(Announcer.MaxTrackers, many.Announcer.Snapshot(many.Now).Count);
    }

    /// <summary>THREATS H1: a torrent must not make us ask services of this machine.</summary>
    [Theory]
    [InlineData("http://localhost.example/announce", true)]
    [InlineData("http://localhost.example/announce?passkey=1", true)]
    [InlineData("http://localhost.example/admin/delete", false)]
    [InlineData("http://localhost.example/announce?info_hash=aaaa", false)]
    [InlineData("http://127.0.0.1:8080/shutdown", false)]
    [InlineData("http://[::1]:8080/shutdown", false)]
    public void A_tracker_on_this_machine_is_asked_at_announce_only(string url, bool isAsked)
    {
        var rig = new TrackerRig(url);
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll(IPAddress.Loopback);
        Assert.Equal(isAsked ? 1 : 0, rig.Fetches.Count);
        if (!isAsked)
            Assert.Equal(TrackerStatus.Disabled, rig.Announcer.Snapshot(rig.Now).Single().Status);
    }

    /// <summary>THREATS H5.</summary>
    [Fact]
    public void Passkeys_are_in_no_notice_and_no_snapshot()
    {
        const string Secret = "0123456789abcdef0123";
        TrackerRig rig = new TrackerRig($"http://one.example/{Secret}/announce").Start();
        rig.Reply(rig.Last, $"d14:failure reason{Secret.Length + 8}:unknown {Secret}e");
        Assert.DoesNotContain(Secret, rig.Notices.Single().ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, rig.Announcer.Snapshot(rig.Now).Single().ToString(), StringComparison.Ordinal);
        Assert.Contains(Secret, rig.Last.Url.AbsoluteUri, StringComparison.Ordinal);
    }
}
