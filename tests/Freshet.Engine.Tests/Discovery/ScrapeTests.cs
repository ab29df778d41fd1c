using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Statistics;

namespace Freshet.Engine.Tests.Discovery;

public sealed class ScrapeTests
{
    private static readonly IPAddress Address = IPAddress.Parse("198.51.100.9");

    [Fact]
    public void Trackers_are_scraped_on_demand_also_of_a_torrent_that_is_stopped()
    {
        var rig = new TrackerRig("http://one.example/x/announce?key=1");
        rig.Announcer.Scrape(rig.Now);
        rig.ResolveAll();
        rig.Run(1);
        Assert.Empty(rig.Fetches);
        rig.Run(29);
        rig.Announcer.Scrape(rig.Now);
        rig.Run(0);
        rig.ResolveAll(Address);
        Assert.StartsWith("http://one.example/x/scrape?key=1&info_hash=", rig.Last.Url.OriginalString, StringComparison.Ordinal);
        rig.Reply(rig.Last, Answer(rig.Swarms[0], 3, 4, 5));
        TrackerSnapshot tracker = rig.Announcer.Snapshot(rig.Now).Single();
        Assert.Equal((3, 4, 5), (tracker.Seeders!.Value, tracker.Leechers!.Value, tracker.Completed!.Value));
    }

    [Fact]
    public void An_impatient_person_makes_no_storm()
    {
        TrackerRig rig = new TrackerRig("http://one.example/announce").Start();
        rig.Reply(rig.Last, "d8:completei1e10:incompletei2e8:intervali1800e5:peers0:e");
        for (int i = 0; i < 600; i++)
        {
            rig.Announcer.Scrape(rig.Now);
            rig.Run(0.1);
            if (rig.Fetches.Count > 1)
                rig.Reply(rig.Last, $"d5:filesde5:flagsd20:min_request_intervali45eee");
        }

        // After the answer its own interval counts.
        Assert.Equal(3, rig.Fetches.Count);
    }

    [Fact]
    public void What_an_announce_says_of_the_swarm_needs_no_scrape()
    {
        TrackerRig rig = new TrackerRig("http://one.example/announce").Start();
        rig.Reply(rig.Last, "d8:completei1e10:incompletei2e8:intervali1800e5:peers0:e");
        rig.Run(1700);
        Assert.Single(rig.Fetches);
        Assert.Equal((1, 2), (rig.Announcer.Snapshot(rig.Now).Single().Seeders!.Value, rig.Announcer.Snapshot(rig.Now).Single().Leechers!.Value));
    }

    [Fact]
    public void Two_who_ask_for_the_same_swarm_both_hear_of_it()
    {
        var rig = new TrackerRig();
        Announcer[] both = [.. Enumerable.Range(0, 2).Select(_ => new Announcer(new Source(1), rig.Exchanges, () => rig.Settings, [["http://one.example/announce"]], rig))];
        foreach (Announcer one in both)
            one.Scrape(rig.Now);
        rig.Run(0);
        rig.ResolveAll(Address);
        rig.Reply(rig.Last, Answer(new Source(1).Swarms[0], 3, 4, 5));
        Assert.All(both, one => Assert.Equal(3, one.Snapshot(rig.Now).Single().Seeders));
    }

    [Fact]
    public void Torrents_of_one_udp_tracker_share_a_question_of_at_most_74()
    {
        var rig = new TrackerRig();
        var torrents = new List<Announcer>();
        for (int i = 0; i < 100; i++)
            torrents.Add(new Announcer(new Source((byte)i), rig.Exchanges, () => rig.Settings, [["udp://one.example:6969/announce"]], rig));
        foreach (Announcer torrent in torrents)
            torrent.Scrape(rig.Now);
        rig.Run(0);
        rig.ResolveAll(Address);
        var tracker = new IPEndPoint(Address, 6969);

        // Both wait for the connection id; one asks for it first.
        Assert.True(rig.Receive(tracker, 0, Transaction(rig, 0), 0, 1));
        Assert.True(rig.Receive(tracker, 0, Transaction(rig, 1), 0, 1));
        Assert.Equal([16 + (74 * 20), 16 + (26 * 20)], rig.Datagrams.Skip(2).Select(datagram => datagram.Bytes.Length));
        int[] counts = [.. Enumerable.Range(0, 26).SelectMany(i => new[] { 100 + i, 200 + i, 300 + i })];
        Assert.True(rig.Receive(tracker, [2, Transaction(rig, 3), .. counts]));
        TrackerSnapshot last = torrents[99].Snapshot(rig.Now).Single();
        Assert.Equal((125, 225, 325), (last.Seeders!.Value, last.Completed!.Value, last.Leechers!.Value));
        Assert.Null(torrents[0].Snapshot(rig.Now).Single().Seeders);
    }

    /// <summary>THREATS H1: also by way of a scrape.</summary>
    [Fact]
    public void A_service_of_this_machine_is_not_scraped()
    {
        var rig = new TrackerRig("http://local.example/admin/announce");
        rig.Announcer.Scrape(rig.Now);
        rig.Run(0);
        rig.ResolveAll(IPAddress.Loopback);
        Assert.Empty(rig.Fetches);
    }

    private static int Transaction(TrackerRig rig, int datagram) => BinaryPrimitives.ReadInt32BigEndian(rig.Datagrams[datagram].Bytes.AsSpan(12));

    private static string Answer(InfoHash swarm, int seeders, int leechers, int completed)
        => $"d5:filesd20:{System.Text.Encoding.Latin1.GetString(swarm.Value.Bytes)}d8:completei{seeders}e10:downloadedi{completed}e10:incompletei{leechers}eeee";

    private sealed class Source(byte number) : IAnnounceSource
    {
        public TransferFigures Transfer => default;

        public int PeersWanted => 0;

        public bool IsShortOfPeers => false;

        public bool IsFetching => false;

        public TierOrder TierOrder => TierOrder.AllAtOnce;

        public bool IsPartialSeed => false;

        public IReadOnlyList<InfoHash> Swarms { get; } = [new(new Sha1Hash([.. Enumerable.Repeat(number, 20)]))];

        public TorrentId Id { get; } = new(number);

        public void TrackerChanged(MonoTime now)
        {
        }

        public void SeenAs(IPAddress tracker, IPAddress address)
        {
        }

        public void PeersFound(IReadOnlyList<IPEndPoint> peers, InfoHash swarm, MonoTime now)
        {
        }
    }
}
