using System.Globalization;
using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;

namespace Freshet.Engine.Tests.Discovery;

/// <summary>What trackers that keep accounts make of what they are told.</summary>
public sealed class AccountingTests
{
    private static readonly IPAddress V4 = IPAddress.Parse("198.51.100.9");
    private static readonly IPAddress V6 = IPAddress.Parse("2001:db8::9");

    [Fact]
    public void Both_families_are_told_the_same_figures_in_a_round()
    {
        TrackerRig rig = DualStack();
        rig.Reply(rig.Fetches[0].Fetch);
        rig.Reply(rig.Fetches[1].Fetch);
        rig.Transfer = new TransferFigures(10, 20, 1000, 0, 0);
        rig.Run(TrackerRig.Round);
        Assert.Equal(4, rig.Fetches.Count);
        Assert.Equal(Figures(rig.Query(2)), Figures(rig.Query(3)));
        Assert.Equal(Parameter(rig.Query(2), "key"), Parameter(rig.Query(3), "key"));
        Assert.Equal(Parameter(rig.Query(2), "peer_id"), Parameter(rig.Query(3), "peer_id"));
    }

    [Fact]
    public void A_completion_is_told_once_however_many_families_a_tracker_has()
    {
        TrackerRig rig = DualStack();
        rig.Reply(rig.Fetches[0].Fetch);
        rig.Reply(rig.Fetches[1].Fetch);
        rig.Transfer = rig.Transfer with { Left = 0 };
        rig.Announcer.Completed(rig.Now);
        rig.Reply(rig.Fetches[2].Fetch);
        rig.Run(60);
        foreach ((HttpFetch fetch, _) in rig.Fetches.Skip(3))
            rig.Reply(fetch);
        rig.Run(4000);
        Assert.Single(rig.Fetches, fetch => fetch.Fetch.Url.Query.Contains("event=completed", StringComparison.Ordinal));

        // The other family is told that nothing is left, soon, and without the event.
        HttpFetch other = rig.Fetches.Skip(2).First(fetch => fetch.Fetch.Family != rig.Fetches[2].Fetch.Family).Fetch;
        Assert.Contains("&left=0&", other.Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void One_by_one_only_one_tracker_hears_of_a_completion()
    {
        var rig = new TrackerRig("http://a.example/announce", "http://b.example/announce") { TierOrder = TierOrder.OneByOne };
        rig.Start();
        rig.Reply(rig.Last);
        rig.Announcer.Completed(rig.Now);
        rig.Reply(rig.Last);
        rig.Run(TrackerRig.Round);
        rig.Reply(rig.Last, error: "gone");
        rig.ResolveAll(V4);
        rig.Reply(rig.Last);
        rig.Run(60);
        Assert.Single(rig.Fetches, fetch => fetch.Fetch.Url.Query.Contains("event=completed", StringComparison.Ordinal));
        Assert.Contains(rig.Fetches, fetch => fetch.Fetch.Url.Host == "b.example");
    }

    /// <summary>BEP 21: in every regular announce, and in place of no other event.</summary>
    [Fact]
    public void A_partial_seed_says_paused()
    {
        TrackerRig rig = new TrackerRig("http://a.example/announce") { IsPartialSeed = true }.Start();
        Assert.Equal("started", Parameter(rig.Query(0), "event"));
        for (int i = 1; i <= 3; i++)
        {
            rig.Reply(rig.Last);
            rig.Run(TrackerRig.Round);
            Assert.Equal("paused", Parameter(rig.Query(i), "event"));
        }

        rig.Reply(rig.Last);
        rig.Announcer.Stop(_ => { }, rig.Now);
        Assert.Equal("stopped", Parameter(rig.Last.Url.Query, "event"));
        Assert.Equal("0", Parameter(rig.Last.Url.Query, "numwant"));
    }

    /// <summary>
    /// Trackers that fail and come back at random, each counting what figures grow by, peer id by peer id: asked all at once each counts every byte once, one by
    /// one all together do, whether they share their accounts or not. Those that do not begin anew at a start event may count less, and never more.
    /// </summary>
    [Theory]
    [InlineData(TierOrder.AllAtOnce, false, true)]
    [InlineData(TierOrder.AllAtOnce, false, false)]
    [InlineData(TierOrder.OneByOne, false, true)]
    [InlineData(TierOrder.OneByOne, true, true)]
    [InlineData(TierOrder.OneByOne, false, false)]
    [InlineData(TierOrder.OneByOne, true, false)]
    public void Every_byte_is_counted_once(TierOrder order, bool isShared, bool forgets)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var random = new SeededRandom(seed);
            var rig = new TrackerRig(seed, [["http://a.example/announce", "http://b.example/announce"], ["http://c.example/announce"]]) { TierOrder = order };
            rig.Announcer.Start(rig.Now);
            var ledgers = new Dictionary<string, Ledger>(StringComparer.Ordinal);
            int answered = 0;
            string? lastStarted = null;
            for (int step = 0; step < 300; step++)
            {
                rig.Transfer = rig.Transfer with { Uploaded = rig.Transfer.Uploaded + random.Next(1000), Downloaded = rig.Transfer.Downloaded + random.Next(1000) };
                rig.ResolveAll(V4, V6);
                Answer(step < 299 ? 0.4 : 0);
                rig.Run(random.Next(400));
            }

            // The last word, with no failure any more.
            for (int i = 0; i < 20; i++)
            {
                rig.ResolveAll(V4, V6);
                Answer(0);
                rig.Run(TrackerRig.Round);
            }

            Answer(0);
            rig.Announcer.Stop(_ => { }, rig.Now);
            Answer(0);
            long[] uploaded = [.. ledgers.Values.Select(ledger => ledger.Uploaded)];
            if (order == TierOrder.AllAtOnce)
                Assert.All(ledgers.Values, ledger => Assert.Equal((rig.Transfer.Uploaded, rig.Transfer.Downloaded), (ledger.Uploaded, ledger.Downloaded)));
            else if (forgets)
                Assert.Equal((rig.Transfer.Uploaded, rig.Transfer.Downloaded), (uploaded.Sum(), ledgers.Values.Sum(ledger => ledger.Downloaded)));
            else
                Assert.InRange(uploaded.Sum(), 0, rig.Transfer.Uploaded);

            void Answer(double failing)
            {
                for (; answered < rig.Fetches.Count; answered++)
                {
                    HttpFetch fetch = rig.Fetches[answered].Fetch;
                    if (random.Chance(failing))
                    {
                        rig.Reply(fetch, error: "refused");
                        continue;
                    }

                    string name = isShared ? "all" : fetch.Url.Host;
                    if (!ledgers.TryGetValue(name, out Ledger? ledger))
                        ledgers.Add(name, ledger = new Ledger());
                    if (forgets && order == TierOrder.OneByOne && fetch.Url.Query.Contains("event=started", StringComparison.Ordinal) && lastStarted != fetch.Url.Host)
                    {
                        lastStarted = fetch.Url.Host;
                        foreach (Ledger each in ledgers.Values)
                            each.Forget();
                    }

                    ledger.Announce(fetch.Url.Query);
                    rig.Reply(fetch);
                }
            }
        }
    }

    private static TrackerRig DualStack()
    {
        var rig = new TrackerRig("http://a.example/announce");
        rig.Announcer.Start(rig.Now);
        rig.ResolveAll(V4, V6);
        return rig;
    }

    private static string Parameter(string query, string name)
        => query[1..].Split('&').Single(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static (long Uploaded, long Downloaded) Figures(string query)
        => (long.Parse(Parameter(query, "uploaded"), CultureInfo.InvariantCulture), long.Parse(Parameter(query, "downloaded"), CultureInfo.InvariantCulture));

    /// <summary>What a tracker that knows clients by their peer id credits: by how much the figures have grown since it heard them last.</summary>
    private sealed class Ledger
    {
        private (long Uploaded, long Downloaded) _last;

        public long Uploaded { get; private set; }

        public long Downloaded { get; private set; }

        /// <summary>The client has not been heard of for long.</summary>
        public void Forget() => _last = default;

        public void Announce(string query)
        {
            (long Uploaded, long Downloaded) told = Figures(query);
            Uploaded += Math.Max(0, told.Uploaded - _last.Uploaded);
            Downloaded += Math.Max(0, told.Downloaded - _last.Downloaded);
            _last = told;
        }
    }
}
